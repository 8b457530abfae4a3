#include "cli/watch/watchers.h"

#include "cli/watch/limit.h"
#include "cli/watch/lines.h"
#include "cli/watch/push.h"
#include "cli/watch/schedule.h"
#include "cli/watch/screen.h"
#include "cli/watch/serve.h"
#include "cli/watch/snapshots.h"
#include "cli/watch/timeline.h"

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
