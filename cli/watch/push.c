#include "cli/watch/push.h"

#include "cli/http/push_options.h"
#include "cli/watch/sources.h"

static struct {
  struct push *push;
  struct watch_sources watched;
  struct http_sources sources;
} self;

static struct error *start(void *context, struct watch *watch) {
  (void)context;
  self.watched = watch_sources_of(watch);
  self.sources = (struct http_sources){watch_sources_list, &self.watched};
  return push_start(self.push, &self.sources);
}

/* Before the recordings become files. */
static struct error *finish(void *context, struct watch *watch) {
  (void)context, (void)watch;
  push_finish(self.push);
  return NULL;
}

static void destroy(void *context) {
  (void)context;
  push_destroy(self.push);
}

static const struct watcher watcher = {
    .name = "--push", .start = start, .finish = finish, .destroy = destroy};

static struct error *push_add(struct watch *watch) {
  struct error *err = push_options_create(&self.push);
  return err || !self.push ? err : watch_add(watch, &watcher, &self);
}

const struct watcher_kind push_kind = {.options = &push_options, .add = push_add};
