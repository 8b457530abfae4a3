#include "cli/watch/serve.h"

#include "cli/http/http_options.h"
#include "cli/watch/sources.h"
#include "http/server.h"

/* The socket is there before the program, so that a bad address is reported before it starts; the
 * threads come after it, so that no fork of ours meets them. */
static struct {
  struct http_listener listener;
  struct http_server *server;
  struct http_sources sources;
  struct watch_sources watched;
} self;

static struct error *start(void *context, struct watch *watch) {
  (void)context;
  self.watched = watch_sources_of(watch);
  self.sources = (struct http_sources){watch_sources_list, &self.watched};
  return http_server_create(&self.listener, &self.sources, http_options_token(), &self.server);
}

/* Before the recordings become files. */
static struct error *finish(void *context, struct watch *watch) {
  (void)context, (void)watch;
  http_server_destroy(self.server);
  self.server = NULL;
  return NULL;
}

static void destroy(void *context) {
  (void)context;
  http_listener_close(&self.listener);
  http_server_destroy(self.server);
}

static const struct watcher watcher = {
    .name = "--http", .start = start, .finish = finish, .destroy = destroy};

static struct error *serve_add(struct watch *watch) {
  if (!http_address())
    return NULL;
  bool quiet = watch_settings(watch)->quiet;
  struct error *err = http_options_listen(http_address(), quiet, &self.listener);
  if (err)
    return err;
  if (!quiet)
    http_options_tell(&self.listener);
  return watch_add(watch, &watcher, &self);
}

const struct watcher_kind serve_kind = {.options = &http_options, .add = serve_add};
