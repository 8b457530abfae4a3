#include "cli/http/http_options.h"

#include "base/cleanup.h"
#include "cli/line/message.h"
#include "http/token.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define TOKEN_VARIABLE "MEMPROF_HTTP_TOKEN"

static const char *address;
static bool allow_remote;
static bool wants_token;
static const char *token_file; /* NULL: the environment's token, or a new one */
static char token[HTTP_TOKEN_SIZE];
static bool token_is_ours;

static const char *const address_words[] = {HTTP_ADDRESS_DEFAULT, "unix:", NULL};

static struct error *parse_token(const struct option_spec *spec, const char *argument) {
  (void)spec;
  wants_token = true;
  token_file = argument;
  return NULL;
}

static const struct option_spec specs[] = {
    {.name = "http",
     .argument = "ADDRESS",
     .help = "Serve profiles at ADDRESS, as HOST:PORT or PORT; port 0 is any that is free "
             "(`memprof serve`: default " HTTP_ADDRESS_DEFAULT "); unix:PATH is a Unix socket for "
             "you alone",
     .kind = OPTION_STRING,
     .choices = address_words,
     .value = &address},
    {.name = "http-allow-remote",
     .help = "Let ADDRESS be one that other machines can reach",
     .kind = OPTION_FLAG,
     .value = &allow_remote},
    {.name = "http-token",
     .argument = "FILE",
     .help = "Answer only who has the token: the first line of FILE, else $" TOKEN_VARIABLE
             ", else a new one that is printed once",
     .kind = OPTION_CALLBACK,
     .argument_optional = true,
     .parse = parse_token},
    {0},
};
const struct option_group http_options = {"HTTP", specs};

const char *http_address(void) {
  return address;
}

const char *http_options_token(void) {
  return *token ? token : NULL;
}

static struct error *read_token_file(void) {
  char line[HTTP_TOKEN_SIZE + 2] = "";
  struct stat st;
  _cleanup_fclose_ FILE *file = fopen(token_file, "re");
  if (!file || (!fgets(line, sizeof(line), file) && ferror(file)))
    return error_system(errno, "--http-token=%s: cannot read it", token_file);
  if (fstat(fileno(file), &st) == 0 && S_ISREG(st.st_mode) && st.st_mode & (S_IRGRP | S_IROTH))
    message("warning: --http-token=%s: other users may read it", token_file);
  struct error *err = http_token_read(line, strlen(line), token);
  explicit_bzero(line, sizeof(line));
  return err ? error_prefix(err, "--http-token=%s", token_file) : NULL;
}

/* /proc shows the environment as it was at the start, so the token goes there, too. */
static struct error *take_token(char *value) {
  struct error *err = http_token_read(value, strlen(value), token);
  explicit_bzero(value, strlen(value));
  unsetenv(TOKEN_VARIABLE);
  return err ? error_prefix(err, "$" TOKEN_VARIABLE) : NULL;
}

/* Who sets the variable means it, also without the option. */
static struct error *get_token(bool quiet) {
  char *value = getenv(TOKEN_VARIABLE);
  if (token_file)
    return read_token_file();
  if (value)
    return take_token(value);
  if (!wants_token)
    return NULL;
  if (quiet)
    return error_create(ERROR_BAD_INPUT,
                        "--http-token: with --quiet nobody would learn the token that is made; "
                        "give one in a file (--http-token=FILE) or in $" TOKEN_VARIABLE);
  token_is_ours = true;
  return http_token_make(token);
}

static void warn_of_others(const struct http_listener *listener) {
  if (listener->is_remote)
    message(*token ? "warning: profiles and the token cross the network unencrypted to whoever "
                     "asks at %s"
                   : "warning: anyone who can reach %s can read these profiles: there is no "
                     "password; --http-token asks for one",
            listener->url);
}

struct error *http_options_listen(const char *at, bool quiet, struct http_listener *ret) {
  struct error *err = get_token(quiet);
  if (!err)
    err = http_listen("http", at, allow_remote, ret);
  if (!err)
    warn_of_others(ret);
  return err;
}

void http_options_tell(const struct http_listener *listener) {
  const char *url = listener->url, *query = token_is_ours ? "?token=" : "";
  const char *secret = token_is_ours ? token : "";
  const char *wanted = *token && !token_is_ours ? " (with the token that was given)" : "";
  if (*listener->file.path)
    message("serving unix:%s%s; try: curl --unix-socket '%s' '%s/debug/pprof/%s%s'",
            listener->file.path, wanted, listener->file.path, url, query, secret);
  else if (token_is_ours)
    message("serving %s/debug/pprof/?token=%s; try: go tool pprof "
            "'%s/debug/pprof/heap?token=%s'",
            url, secret, url, secret);
  else
    message("serving %s/debug/pprof/%s; try: go tool pprof %s/debug/pprof/heap", url, wanted, url);
  if (!*listener->file.path)
    message("for a browser: %s/%s%s", url, query, secret);
}
