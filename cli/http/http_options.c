#include "cli/http/http_options.h"

#include "cli/line/message.h"

static const char *address;
static bool allow_remote;

static const struct option_spec specs[] = {
    {.name = "http",
     .argument = "ADDRESS",
     .help = "Serve profiles at ADDRESS, as HOST:PORT or PORT; port 0 is any that is free "
             "(`memprof serve`: default " HTTP_ADDRESS_DEFAULT ")",
     .kind = OPTION_STRING,
     .value = &address},
    {.name = "http-allow-remote",
     .help = "Let ADDRESS be one that other machines can reach",
     .kind = OPTION_FLAG,
     .value = &allow_remote},
    {0},
};
const struct option_group http_options = {"HTTP", specs};

const char *http_address(void) {
  return address;
}

struct error *http_options_listen(const char *at, struct http_listener *ret) {
  struct error *err = http_listen("http", at, allow_remote, ret);
  if (!err && ret->is_remote)
    message("warning: anyone who can reach %s can read these profiles: there is no password",
            ret->url);
  return err;
}

void http_options_tell(const struct http_listener *listener) {
  message("serving %s/debug/pprof/; try: go tool pprof %s/debug/pprof/heap", listener->url,
          listener->url);
}
