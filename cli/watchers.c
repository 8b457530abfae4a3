#include "cli/watchers.h"

#include "cli/trace.h"

#include <stddef.h>

/* Each adds itself if its options were given. */
static struct error *(*const watchers[])(struct watch *watch) = {
    trace_add,
};

struct error *watchers_add(struct watch *watch) {
  struct error *err = NULL;
  for (size_t i = 0; !err && i < sizeof(watchers) / sizeof(*watchers); i++)
    err = watchers[i](watch);
  return err;
}
