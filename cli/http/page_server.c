/* The browser is given a file of this user's that leads to the address, not the address itself: all
 * users can read the arguments of its process, and the address holds the token. */
#include "cli/http/page_server.h"

#include "base/cleanup.h"
#include "cli/line/end_signals.h"
#include "cli/line/message.h"
#include "http/server.h"
#include "http/token.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

#define FREE_PORT "localhost:0"

static struct error *list_nothing(void *context, struct http_source_list *ret) {
  (void)context, (void)ret;
  return NULL;
}

static bool has_display(void) {
  const char *x = getenv("DISPLAY"), *wayland = getenv("WAYLAND_DISPLAY");
  return (x && *x) || (wayland && *wayland);
}

/* Writes the file that leads to `url`; its path, or NULL. */
static char *write_redirection(const char *url) {
  const char *runtime = getenv("XDG_RUNTIME_DIR");
  char *path;
  if (asprintf(&path, "%s/memprof-page-XXXXXX.html", runtime ? runtime : "/tmp") < 0)
    return NULL;
  int fd = mkostemps(path, (int)strlen(".html"), O_CLOEXEC);
  if (fd < 0) {
    free(path);
    return NULL;
  }
  dprintf(fd, "<!DOCTYPE html><meta http-equiv=\"refresh\" content=\"0; url=%s\">\n", url);
  close(fd);
  return path;
}

/* It is no fault where there is no browser: the address was printed. */
static void open_browser(char *path) {
  char *argv[] = {"xdg-open", path, NULL};
  sigset_t none;
  posix_spawnattr_t attributes;
  pid_t pid;
  sigemptyset(&none);
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  if (posix_spawnp(&pid, argv[0], NULL, &attributes, argv, environ) != 0)
    message("there is no xdg-open; open the address in a browser");
  posix_spawnattr_destroy(&attributes);
}

static void show_until_signal(const char *url, const sigset_t *ends) {
  char *path = has_display() ? write_redirection(url) : NULL;
  int signal_number;
  message("the page is at %s until Ctrl-C; -o FILE writes it to a file", url);
  if (path)
    open_browser(path);
  sigwait(ends, &signal_number);
  if (path)
    unlink(path);
  free(path);
}

struct error *page_server_run(const struct strbuf *page) {
  struct http_sources sources = {.list = list_nothing, .page = page};
  struct http_listener listener;
  struct http_server *server = NULL;
  char token[HTTP_TOKEN_SIZE], url[sizeof(listener.url) + sizeof(token) + 16];
  sigset_t ends;
  end_signals_block(&ends);
  struct error *err = http_token_make(token);
  if (!err)
    err = http_listen("page", FREE_PORT, false, &listener);
  if (err)
    return err;
  snprintf(url, sizeof(url), "%s/?token=%s", listener.url, token);
  err = http_server_create(&listener, &sources, token, &server);
  if (!err)
    show_until_signal(url, &ends);
  http_server_destroy(server);
  return err;
}
