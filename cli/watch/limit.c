#include "cli/watch/limit.h"

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "cli/line/option_value.h"
#include "cli/session/oom.h"
#include "cli/watch/limit_action.h"
#include "cli/watch/snapshots.h"
#include "model/unit.h"
#include "proc/process.h"

#include <unistd.h>

/* A limit fires again only once memory was below this part of it, in percent. */
enum { REARM_PERCENT = 90, TICK_MS = 50 };
/* A profile is taken at this part of a cgroup's limit; the next one only after usage was below the
 * second. */
enum { GROUP_PERCENT = 90, GROUP_REARM_PERCENT = 80 };

static uint64_t limit_live, limit_rss;
static bool limit_cgroup = true;

static struct error *parse_limit(const struct option_spec *spec, const char *argument) {
  uint64_t *limit = spec->value;
  if (unit_parse_size(argument, limit) && *limit)
    return NULL;
  return error_create(ERROR_BAD_INPUT, "--%s=%s: expected a size above 0, such as 500MiB",
                      spec->name, argument);
}

static const struct option_spec specs[] = {
    {.name = "limit",
     .argument = "SIZE",
     .help = "When live memory of a process passes SIZE, as in 500MiB (500MB is the same), take "
             "a snapshot and say so; again only after it fell below 90% of SIZE",
     .kind = OPTION_CALLBACK,
     .value = &limit_live,
     .parse = parse_limit},
    {.name = "limit-rss",
     .argument = "SIZE",
     .help = "The same for resident memory: all of it, not only the heap",
     .kind = OPTION_CALLBACK,
     .value = &limit_rss,
     .parse = parse_limit},
    {.name = "then",
     .argument = "ACTION",
     .help = "With --limit or --limit-rss: once the snapshot is written, also send the process a "
             "signal (signal:TERM), run a shell command (exec:COMMAND; it gets MEMPROF_LIMIT_PID, "
             "MEMPROF_LIMIT_PROFILE and MEMPROF_LIMIT_REASON), or stop the process",
     .kind = OPTION_CALLBACK,
     .parse = limit_action_parse},
    {.name = "limit-cgroup",
     .help = "Take no snapshot when memory reaches 90% of what the cgroup allows (memory.high, "
             "memory.max)",
     .kind = OPTION_FLAG,
     .value = &limit_cgroup,
     .on_by_default = true},
    {0},
};
static const struct option_group options = {.title = "Limits", .options = specs};

static struct cgroup group; /* the run's */
static bool group_passed;

/* The data that is kept for a process: which limits it is above, as bits. */
enum { PASSED_LIVE = 1, PASSED_RSS = 2 };

static struct error *limit_take(struct watch *watch, struct process *process, const char *what,
                                uint64_t limit, const char *where, bool act) {
  _cleanup_strbuf_ struct strbuf reason = STRBUF_INIT;
  strbuf_append(&reason, what);
  unit_format(&reason, (double)limit, "bytes", NULL);
  strbuf_append(&reason, where);
  if (strbuf_failed(&reason))
    return &error_no_memory;
  return snapshots_take(watch, process, reason.data, act ? limit_action : NULL, NULL);
}

static struct error *limit_compare(struct watch *watch, struct process *process, uint64_t now,
                                   uint64_t limit, uintptr_t bit, const char *what) {
  uintptr_t *passed = (uintptr_t *)watch_data(watch, &group, process);
  if (now < limit / 100 * REARM_PERCENT)
    *passed &= ~bit;
  if (now <= limit || *passed & bit)
    return NULL;
  *passed |= bit;
  return limit_take(watch, process, what, limit, "", limit_action_given());
}

static struct error *limit_look(void *context, struct watch *watch, struct process *process) {
  (void)context;
  uint64_t live, peak, rss;
  struct error *err = NULL;
  if (limit_live && process_size(process, &live, &peak))
    err = limit_compare(watch, process, live, limit_live, PASSED_LIVE, "live memory passed ");
  if (!err && limit_rss && process_resident(process->pid, &rss))
    err = limit_compare(watch, process, rss, limit_rss, PASSED_RSS, "resident memory passed ");
  return err;
}

static struct error *take_for_group(void *context, struct watch *watch, struct process *process) {
  (void)context;
  return limit_take(watch, process, "the cgroup has reached 90% of ", group.limit, "", false);
}

/* All processes are in the group: each gets a snapshot. */
static struct error *limit_look_at_group(struct watch *watch) {
  uint64_t used;
  if (!cgroup_used(&group, &used))
    return NULL;
  if (used < group.limit / 100 * GROUP_REARM_PERCENT)
    group_passed = false;
  if (used < group.limit / 100 * GROUP_PERCENT || group_passed)
    return NULL;
  group_passed = true;
  return watch_each_live(watch, NULL, take_for_group);
}

static struct error *limit_tick(void *context, struct watch *watch) {
  struct error *err = group.limited ? limit_look_at_group(watch) : NULL;
  if (!err && (limit_live || limit_rss))
    err = watch_each_live(watch, context, limit_look);
  limit_action_reap();
  return err;
}

static struct error *limit_finish(void *context, struct watch *watch) {
  (void)context, (void)watch;
  limit_action_reap();
  return NULL;
}

static const struct watcher watcher = {
    .name = "--limit", .interval_ms = TICK_MS, .tick = limit_tick, .finish = limit_finish};

static struct error *limit_add(struct watch *watch) {
  if (limit_action_given() && !limit_live && !limit_rss)
    return error_create(ERROR_BAD_INPUT, "--then: give --limit or --limit-rss, too");
  if (limit_cgroup && !watch_settings(watch)->only_asked)
    group = watch_settings(watch)->oom->group;
  if (!limit_live && !limit_rss && !group.limited)
    return NULL;
  struct error *err = snapshots_add(watch);
  return err ? err : watch_add(watch, &watcher, &group);
}

const struct watcher_kind limit_kind = {.options = &options, .add = limit_add};
