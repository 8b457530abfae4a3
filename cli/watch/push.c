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

/* The count at which the last profile of the process has been made. */
static struct error *went(void *context, struct watch *watch, struct process *process) {
  *watch_data(watch, context, process) = (void *)((uintptr_t)push_rounds(self.push) + 2);
  return NULL;
}

static bool needs(void *context, const struct watch *watch, struct process *process) {
  return push_rounds(self.push) < (uintptr_t)*watch_data(watch, context, process);
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

static const struct watcher watcher = {.name = "--push",
                                       .start = start,
                                       .went = went,
                                       .needs = needs,
                                       .finish = finish,
                                       .destroy = destroy};

static struct error *push_add(struct watch *watch) {
  struct error *err = push_options_create(&self.push);
  return err || !self.push ? err : watch_add(watch, &watcher, &self);
}

const struct watcher_kind push_kind = {.options = &push_options, .add = push_add};
