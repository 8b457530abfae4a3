#include "cli/watch/schedule.h"

#include "cli/watch/snapshots.h"
#include "model/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Growth of less than this is noise, however many percent it is. */
#define LEAST_GROWTH (1ull << 20)
/* A peak counts if it is this much (in percent) above the last one that has a snapshot. */
enum { PEAK_PERCENT = 5, TICK_MS = 250 };

static int64_t every_ms;
static double growth; /* in percent */
static bool on_peak;

static struct error *parse_growth(const struct option_spec *spec, const char *argument) {
  /* A bare number could be meant as bytes. */
  if (!unit_parse_percent(argument, &growth) || !strchr(argument, '%') ||
      !(growth >= 1 && growth <= 1e6))
    return error_create(ERROR_BAD_INPUT,
                        "--%s=%s: expected a percentage of 1%% or more, such as 20%%", spec->name,
                        argument);
  return NULL;
}

static const struct option_spec specs[] = {
    {.name = "every",
     .argument = "TIME",
     .help = "Take a snapshot of each process every TIME, as in 60s or 5m",
     .kind = OPTION_TIME,
     .value = &every_ms},
    {.name = "on-growth",
     .argument = "PERCENT",
     .help =
         "Take a snapshot when live memory has grown by PERCENT, as in 20%, and at least 1 MiB, "
         "since the last one",
     .kind = OPTION_CALLBACK,
     .parse = parse_growth},
    {.name = "on-peak",
     .help = "Take a snapshot at each new peak that is 5% and at least 1 MiB above the last one",
     .kind = OPTION_FLAG,
     .value = &on_peak},
    {0},
};
static const struct option_group options = {.title = SNAPSHOTS_TITLE, .options = specs};

static const char self; /* there is one schedule: its address is the watcher's context */

/* The data that is kept for a process: what it had at its last snapshot. */
struct due {
  uint64_t next; /* of --every: watch_elapsed */
  uint64_t live, peak;
};

static struct error *came(void *context, struct watch *watch, struct process *process) {
  struct due *due = calloc(1, sizeof(*due));
  if (!due)
    return &error_no_memory;
  uint64_t now = watch_elapsed(watch);
  /* The program's own intervals begin with it, however late it is seen: 60s is 60 s of its life. */
  due->next = process->pid == watch_program(watch) && process->generation == 0 ? 0 : now;
  due->next += (uint64_t)every_ms * 1000000;
  *watch_data(watch, context, process) = due;
  return NULL;
}

static bool grown(uint64_t now, uint64_t before, double percent) {
  return now >= before + LEAST_GROWTH && (double)now >= (double)before * (1 + percent / 100);
}

static struct error *take(struct watch *watch, struct process *process, struct due *due,
                          const char *reason, uint64_t live, uint64_t peak) {
  due->live = live;
  due->peak = peak;
  return snapshots_take(watch, process, reason, NULL, NULL);
}

/* Several reasons make one snapshot. */
static struct error *take_if_due(void *context, struct watch *watch, struct process *process) {
  struct due *due = *watch_data(watch, context, process);
  uint64_t live, peak, now = watch_elapsed(watch), interval = (uint64_t)every_ms * 1000000;
  char reason[64];
  if (!due || !process_size(process, &live, &peak))
    return NULL;
  bool timely = interval && now >= due->next;
  if (timely)
    due->next += (now - due->next) / interval * interval + interval;
  if (growth > 0 && grown(live, due->live, growth))
    snprintf(reason, sizeof(reason), "live memory grew by %g%%", growth);
  else if (on_peak && grown(peak, due->peak, PEAK_PERCENT))
    snprintf(reason, sizeof(reason), "new peak");
  else if (timely)
    snprintf(reason, sizeof(reason), "every %g s", (double)every_ms / 1000);
  else
    return NULL;
  return take(watch, process, due, reason, live, peak);
}

static struct error *tick(void *context, struct watch *watch) {
  return watch_each_live(watch, context, take_if_due);
}

static const struct watcher watcher = {.name = "snapshots",
                                       .interval_ms = TICK_MS,
                                       .came = came,
                                       .went = watch_free_data,
                                       .tick = tick};

static struct error *schedule_add(struct watch *watch) {
  if (!every_ms && growth <= 0 && !on_peak)
    return NULL;
  if (every_ms && every_ms < TICK_MS)
    return error_create(ERROR_BAD_INPUT, "--every: at least %d ms", TICK_MS);
  struct error *err = snapshots_add(watch);
  return err ? err : watch_add(watch, &watcher, (void *)&self);
}

const struct watcher_kind schedule_kind = {.options = &options, .add = schedule_add};
