/* The stacks of threads are mappings, which the kernel forgets with their process. A process that has
 * as many as the rule looks for is looked at again and again, each time it has become a quarter older:
 * the last look before its end is kept. */
#include "cli/watch/stacks.h"

#include "base/clock.h"
#include "cli/session/recording_options.h"
#include "cli/session/resident_looks.h"
#include "cli/watch/looks.h"
#include "proc/maps.h"
#include "proc/process.h"
#include "recording/stack_pages.h"

#include <stdlib.h>

enum {
  FIRST_MS = 100,
  AGE_SHARE = 8, /* the next tick comes after such a part of the time so far */
  READINGS = 64,
  SHARE = 200,          /* looks may take one part of so many of the time, after a grace */
  FEWEST_STACKS = 16,   /* as in advise/rule_threads.c */
  NS_PER_MAPPING = 3300 /* of smaps; resident.c says what was measured. A stack has two. */
};

static uint64_t spent; /* on looks: ns of CPU time */

struct reading {
  uint64_t age_ns, stacks;
};

struct seen {
  uint64_t next; /* watch_elapsed from which on a look is due */
  struct reading readings[READINGS];
  size_t n;
};

/* Each is a quarter later than the one before, so that they are few in any time; of more than there is
 * room for every second one goes. */
static void stacks_note(struct seen *seen, const struct stack_look *look) {
  if (seen->n == READINGS) {
    for (size_t i = 0; i < READINGS / 2; i++)
      seen->readings[i] = seen->readings[2 * i];
    seen->n = READINGS / 2;
  }
  seen->readings[seen->n++] = (struct reading){look->age_ns, look->stacks};
}

static void find_earlier(const struct seen *seen, struct stack_look *look) {
  size_t i = seen->n;
  while (i && seen->readings[i - 1].age_ns > look->age_ns / 2)
    i--;
  look->earlier = i ? seen->readings[i - 1].stacks : 0;
  look->earlier_age_ns = i ? seen->readings[i - 1].age_ns : 0;
}

static bool count_guard(void *context, const struct mapping *m) {
  bool guard = !(m->flags & (MAPPING_READ | MAPPING_WRITE | MAPPING_EXECUTE)) && !m->path[0];
  *(uint64_t *)context += guard;
  return true;
}

/* At least the number of its threads' stacks: each has a guard. maps costs less than smaps. */
static uint64_t most_stacks(pid_t pid) {
  uint64_t guards = 0;
  return maps_visit(pid, count_guard, &guards) ? 0 : guards;
}

static bool stacks_may_look(const struct watch *watch, pid_t pid, uint64_t stacks) {
  struct process_memory memory;
  uint64_t cost = stacks * 2 * NS_PER_MAPPING;
  return process_memory(pid, &memory) &&
         looks_may(watch, SHARE, spent, cost + (memory.anonymous >> 20) * LOOKS_NS_PER_MIB);
}

static void stacks_look(const struct process *process, struct seen *seen) {
  _cleanup_recording_ struct recording *recording = NULL;
  struct stack_look look;
  uint64_t begun = thread_cpu_ns();
  _cleanup_error_ struct error *err = recording_open_counters(process->path, &recording);
  if (!err && recording_look_at_stacks(recording, &look)) {
    find_earlier(seen, &look);
    stacks_note(seen, &look);
    stack_looks_keep(process->pid, process->generation, &look);
  }
  spent += thread_cpu_ns() - begun;
}

static struct error *stacks_visit(void *context, struct watch *watch, struct process *process) {
  struct seen **data = (struct seen **)watch_data(watch, context, process), *seen = *data;
  uint64_t now = watch_elapsed(watch);
  if (!seen && !(*data = seen = calloc(1, sizeof(*seen))))
    return &error_no_memory;
  if (now < seen->next)
    return NULL;
  uint64_t stacks = most_stacks(process->pid);
  if (stacks < FEWEST_STACKS || !stacks_may_look(watch, process->pid, stacks))
    return NULL;
  stacks_look(process, seen);
  seen->next = now + now / 4;
  return NULL;
}

static struct error *stacks_tick(void *context, struct watch *watch) {
  uint64_t begun = thread_cpu_ns(), before = spent;
  struct error *err = watch_each_live(watch, context, stacks_visit);
  uint64_t questions = thread_cpu_ns() - begun - (spent - before);
  looks_pause(watch, context, &(struct looks_pace){FIRST_MS, AGE_SHARE, SHARE}, questions);
  return err;
}

static const struct watcher watcher = {.name = "stacks of threads",
                                       .interval_ms = FIRST_MS,
                                       .tick = stacks_tick,
                                       .went = watch_free_data,
                                       .finish = watch_free_all};

struct error *stacks_add(struct watch *watch) {
  return watch_add(watch, &watcher, &spent);
}

static struct error *stacks_add_if_asked(struct watch *watch) {
  bool wanted = recording_options_want_advice() && !watch_settings(watch)->only_asked;
  return wanted ? stacks_add(watch) : NULL;
}

const struct watcher_kind stacks_kind = {.add = stacks_add_if_asked};
