/* Memory is worth advice if it is held for long, so each tick reads two sums, anonymous memory and
 * live bytes, and keeps their difference. The least difference of the second half of the run is
 * what the process could have done without all the time. A series of at most READINGS is kept:
 * when it is full neighbours become one, the lesser.
 *
 * The difference also has what is not malloc's: stacks, libraries' data, the program's own mappings.
 * A look at the mappings tells how much that is. It is taken when memory has been held for a quarter
 * of the run, and again when the process is a quarter older. resident.c says what the reading of smaps
 * costs the program. */
#include "cli/watch/held.h"

#include "base/clock.h"
#include "cli/session/recording_options.h"
#include "cli/session/resident_looks.h"
#include "cli/watch/looks.h"
#include "proc/process.h"
#include "recording/heap_pages.h"

#include <stdlib.h>

enum {
  FIRST_MS = 20,
  AGE_SHARE = 64, /* the next reading comes after such a part of the time so far */
  READINGS = 256,
  FEWEST_READINGS = 8, /* a moment between two uses is no time that it was held */
  SHARE = 200,         /* looks may take one part of so many of the time, after a grace */
  PART = 8             /* of anonymous memory: less is not worth a look */
};
#define LEAST_HELD UINT64_C(0x200000)

static uint64_t spent; /* on looks: ns of CPU time */

struct reading {
  uint64_t time, rest; /* ns since the process came; anonymous memory that is not live */
};

struct held {
  uint64_t begun; /* watch_elapsed when the process came */
  struct reading readings[READINGS];
  size_t n;
  bool known;
  struct heap_look look;
  uint64_t looked; /* when: as the readings' time */
  uint64_t beside; /* the part of `rest` that is not the heap's, then */
};

static uint64_t lesser(uint64_t a, uint64_t b) {
  return a < b ? a : b;
}

static uint64_t difference(uint64_t a, uint64_t b) {
  return a > b ? a - b : 0;
}

static void held_add_reading(struct held *held, struct reading reading) {
  if (held->n == READINGS) {
    for (size_t i = 0; i < READINGS / 2; i++) {
      const struct reading *pair = &held->readings[2 * i];
      held->readings[i] = (struct reading){pair[1].time, lesser(pair[0].rest, pair[1].rest)};
    }
    held->n = READINGS / 2;
  }
  held->readings[held->n++] = reading;
}

/* The least since `time`; 0 where so few readings came since that chance may have chosen them. */
static uint64_t held_least(const struct held *held, uint64_t time) {
  uint64_t least = UINT64_MAX;
  size_t n = 0;
  for (size_t i = held->n; i-- && held->readings[i].time >= time; n++)
    least = lesser(least, held->readings[i].rest);
  return n < FEWEST_READINGS ? 0 : least;
}

static bool held_is_look_due(const struct held *held, uint64_t now,
                             const struct process_memory *memory) {
  uint64_t for_long = held_least(held, now - now / 4);
  return for_long >= LEAST_HELD && for_long >= memory->anonymous / PART &&
         (!held->known || now > held->looked + held->looked / 4);
}

static bool held_may_look(const struct watch *watch, const struct process_memory *memory) {
  return looks_may(watch, SHARE, spent, (memory->anonymous >> 20) * LOOKS_NS_PER_MIB);
}

static void held_look(struct process *process, struct held *held, uint64_t now) {
  _cleanup_recording_ struct recording *recording = NULL;
  struct heap_look look;
  uint64_t begun = thread_cpu_ns();
  _cleanup_error_ struct error *err = recording_open(process->path, &recording);
  if (!err && recording_look_at_heap(recording, &look)) {
    uint64_t rest = held->readings[held->n - 1].rest;
    held->known = true;
    held->look = look;
    held->beside = difference(rest, difference(look.bytes, look.live));
  }
  held->looked = now;
  spent += thread_cpu_ns() - begun;
}

static struct error *held_visit(void *context, struct watch *watch, struct process *process) {
  struct held **data = (struct held **)watch_data(watch, context, process), *held = *data;
  struct process_memory memory;
  uint64_t live, peak;
  if (!held && !(*data = held = calloc(1, sizeof(*held))))
    return &error_no_memory;
  if (!held->begun)
    held->begun = watch_elapsed(watch);
  uint64_t now = watch_elapsed(watch) - held->begun;
  if (!process_memory(process->pid, &memory) || !process_size(process, &live, &peak))
    return NULL;
  held_add_reading(held, (struct reading){now, difference(memory.anonymous, live)});
  if (held_is_look_due(held, now, &memory) && held_may_look(watch, &memory))
    held_look(process, held, now);
  if (held->known) {
    held->look.held = difference(held_least(held, now / 2), held->beside);
    heap_looks_keep(process->pid, process->generation, &held->look);
  }
  return NULL;
}

static struct error *held_tick(void *context, struct watch *watch) {
  uint64_t begun = thread_cpu_ns(), before = spent;
  struct error *err = watch_each_live(watch, context, held_visit);
  uint64_t readings = thread_cpu_ns() - begun - (spent - before);
  looks_pause(watch, context, &(struct looks_pace){FIRST_MS, AGE_SHARE, SHARE}, readings);
  return err;
}

static const struct watcher watcher = {.name = "held memory",
                                       .interval_ms = FIRST_MS,
                                       .tick = held_tick,
                                       .went = watch_free_data,
                                       .finish = watch_free_all};

struct error *held_add(struct watch *watch) {
  return watch_add(watch, &watcher, &spent);
}

static struct error *held_add_if_asked(struct watch *watch) {
  bool wanted = recording_options_want_advice() && !watch_settings(watch)->only_asked;
  return wanted ? held_add(watch) : NULL;
}

const struct watcher_kind held_kind = {.add = held_add_if_asked};
