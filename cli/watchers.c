#include "cli/watchers.h"

#include "cli/limit.h"
#include "cli/run_http.h"
#include "cli/run_live.h"
#include "cli/run_push.h"
#include "cli/schedule.h"
#include "cli/snapshots.h"
#include "cli/timeline.h"
#include "cli/trace.h"

#include <stddef.h>

/* Each adds itself if its options were given. */
static struct error *(*const watchers[])(struct watch *watch) = {
    trace_add, timeline_add, schedule_add, limit_add, run_live_add, run_http_add, run_push_add,
};

struct error *watchers_add(struct watch *watch) {
  struct error *err = NULL;
  for (size_t i = 0; !err && i < sizeof(watchers) / sizeof(*watchers); i++)
    err = watchers[i](watch);
  if (!err && snapshots_keep && !snapshots_are_added())
    err = error_create(ERROR_BAD_INPUT,
                       "--keep: nothing takes snapshots; give --every, --on-growth, --on-peak, "
                       "--limit or --limit-rss, too");
  return err;
}
