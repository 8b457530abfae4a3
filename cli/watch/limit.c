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
/* Of a cgroup's limit: when there is a profile to be taken, and when the next one may be. */
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
const struct option_group limit_options = {"Limits", specs};

static struct cgroup group;
static bool group_passed;

/* Which limits a process is above; the bits are in its slot. */
enum { PASSED_LIVE = 1, PASSED_RSS = 2 };

static struct error *take(struct watch *watch, struct watched *process, const char *what,
                          uint64_t limit, const char *where, bool act) {
  _cleanup_strbuf_ struct strbuf reason = STRBUF_INIT;
  strbuf_append(&reason, what);
  unit_format(&reason, (double)limit, "bytes", NULL);
  strbuf_append(&reason, where);
  if (strbuf_failed(&reason))
    return &error_no_memory;
  return snapshots_take(watch, process, reason.data, act ? limit_action : NULL, NULL);
}

static struct error *check(struct watch *watch, struct watched *process, uint64_t now,
                           uint64_t limit, uintptr_t bit, const char *what) {
  uintptr_t *passed = (uintptr_t *)watch_slot(watch, &group, process);
  if (now < limit / 100 * REARM_PERCENT)
    *passed &= ~bit;
  if (now <= limit || *passed & bit)
    return NULL;
  *passed |= bit;
  return take(watch, process, what, limit, "", limit_action_given());
}

static struct error *check_process(struct watch *watch, struct watched *process) {
  uint64_t live, peak, rss;
  struct error *err = NULL;
  if (limit_live && watched_size(process, &live, &peak))
    err = check(watch, process, live, limit_live, PASSED_LIVE, "live memory passed ");
  if (!err && limit_rss && process_resident(process->pid, &rss))
    err = check(watch, process, rss, limit_rss, PASSED_RSS, "resident memory passed ");
  return err;
}

/* All processes are in it, so of all there is a snapshot. */
static struct error *check_group(struct watch *watch) {
  const struct watched_list *list = watch_processes(watch);
  uint64_t used;
  struct error *err = NULL;
  if (!cgroup_used(&group, &used))
    return NULL;
  if (used < group.limit / 100 * GROUP_REARM_PERCENT)
    group_passed = false;
  if (used < group.limit / 100 * GROUP_PERCENT || group_passed)
    return NULL;
  group_passed = true;
  for (size_t i = 0; !err && i < list->count; i++)
    if (watched_is_live(list->data[i]))
      err = take(watch, list->data[i], "the cgroup has reached 90% of ", group.limit, "", false);
  return err;
}

static struct error *tick(void *context, struct watch *watch) {
  (void)context;
  const struct watched_list *list = watch_processes(watch);
  struct error *err = group.limited ? check_group(watch) : NULL;
  for (size_t i = 0; !err && (limit_live || limit_rss) && i < list->count; i++)
    if (watched_is_live(list->data[i]))
      err = check_process(watch, list->data[i]);
  limit_action_reap();
  return err;
}

static struct error *finish(void *context, struct watch *watch) {
  (void)context, (void)watch;
  limit_action_reap();
  return NULL;
}

static void destroy(void *context) {
  (void)context;
  cgroup_deinit(&group);
}

static const struct watcher watcher = {
    .name = "--limit", .interval_ms = TICK_MS, .tick = tick, .finish = finish, .destroy = destroy};

struct error *limit_add(struct watch *watch) {
  struct error *err = NULL;
  if (limit_action_given() && !limit_live && !limit_rss)
    return error_create(ERROR_BAD_INPUT, "--then: give --limit or --limit-rss, too");
  if (limit_cgroup && !watch_settings(watch)->only_asked)
    err = cgroup_read(oom_cgroup_root(), getpid(), &group);
  if (err || (!limit_live && !limit_rss && !group.limited)) {
    cgroup_deinit(&group);
    return err;
  }
  err = snapshots_add(watch);
  return err ? err : watch_add(watch, &watcher, &group);
}
