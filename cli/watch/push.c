#include "cli/watch/push.h"

#include "cli/http/push_options.h"
#include "cli/watch/sources.h"

static struct run_push {
  struct push *push;
  struct session_sources session;
  struct http_sources sources;
} push;

static struct error *start(void *context, struct watch *watch) {
  struct run_push *run = context;
  run->session = session_sources_of(watch);
  run->sources = (struct http_sources){session_sources_list, &run->session};
  return push_start(run->push, &run->sources);
}

/* Before the recordings become files. */
static struct error *finish(void *context, struct watch *watch) {
  (void)watch;
  push_finish(((struct run_push *)context)->push);
  return NULL;
}

static void destroy(void *context) {
  push_destroy(((struct run_push *)context)->push);
}

static const struct watcher watcher = {
    .name = "--push", .start = start, .finish = finish, .destroy = destroy};

struct error *run_push_add(struct watch *watch) {
  struct error *err = push_options_create(&push.push);
  return err || !push.push ? err : watch_add(watch, &watcher, &push);
}
