/* Everything that `memprof run` can do while its program runs. A new watcher is a file that defines
 * a `struct watcher_kind`, and a line in watchers.c. */
#pragma once

#include "cli/line/options.h"
#include "cli/watch/watch.h"

struct watcher_kind {
  const struct option_group *options; /* NULL: none of its own */
  /* Adds the watcher to the watch if its options ask for it. NULL: others add it. */
  struct error *(*add)(struct watch *watch);
  /* After all kinds were asked to add themselves: an error where options miss one that they need.
   * May be NULL. */
  struct error *(*check)(void);
};

/* The options of all kinds. */
extern const struct option_group watchers_options;

/* Adds to the watch what the options ask for, and what is always on (cli/watch/resident.h, ended.h). */
struct error *watchers_add(struct watch *watch);
