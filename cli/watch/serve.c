#include "cli/watch/serve.h"

#include "cli/http/http_options.h"
#include "cli/watch/sources.h"
#include "http/server.h"

#include <unistd.h>

/* The socket is there before the program, so that a bad address is told before it starts; the
 * threads come after it, so that no fork of ours meets them. */
static struct run_http {
  struct http_listener listener; /* fd -1: none, or the server's */
  struct http_server *server;
  struct http_sources sources;
  struct session_sources session;
} http = {.listener.fd = -1};

static struct error *start(void *context, struct watch *watch) {
  struct run_http *run = context;
  struct http_listener listener = run->listener;
  run->session = session_sources_of(watch);
  run->sources = (struct http_sources){session_sources_list, &run->session};
  run->listener.fd = -1;
  return http_server_create(&listener, &run->sources, &run->server);
}

/* Before the recordings become files. */
static struct error *finish(void *context, struct watch *watch) {
  struct run_http *run = context;
  (void)watch;
  http_server_destroy(run->server);
  run->server = NULL;
  return NULL;
}

static void destroy(void *context) {
  struct run_http *run = context;
  if (run->listener.fd >= 0)
    close(run->listener.fd);
  http_server_destroy(run->server);
}

static const struct watcher watcher = {
    .name = "--http", .start = start, .finish = finish, .destroy = destroy};

struct error *run_http_add(struct watch *watch) {
  if (!http_address())
    return NULL;
  struct error *err = http_options_listen(http_address(), &http.listener);
  if (err)
    return err;
  if (!watch_settings(watch)->quiet)
    http_options_tell(&http.listener);
  return watch_add(watch, &watcher, &http);
}
