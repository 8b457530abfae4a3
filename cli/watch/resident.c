/* Two sources say where a process's memory is.
 *
 * statm and status have sums: anonymous memory, files, shared memory. They take 0.015 and 0.06 ms
 * to read, and none of the process's locks.
 *
 * smaps has every mapping. It takes time in proportion to the memory (17 us a MiB of small pages,
 * where that was measured) and to the number of mappings (1.6 to 3.3 us each). The kernel holds the
 * process's map lock meanwhile, mapping by mapping: faults go on, but mmap and munmap wait, and a
 * process that does nothing else stands still for most of the reading.
 *
 * The sums are therefore read at each tick. smaps is read where the memory has grown by a tenth
 * since the last time and has come to rest, and only as far as all readings together take less
 * than a thousandth of the time that the program has run, after a grace. While the memory grows, a
 * reading takes a part of what may still be spent. No reading is begun that is expected to take
 * longer than a program may stand still, and a process whose mappings took longer is not read
 * again: for these the sums must do. */
#include "cli/watch/resident.h"

#include "base/clock.h"
#include "cli/session/resident_looks.h"
#include "cli/watch/looks.h"
#include "cli/watch/moments.h"
#include "proc/process.h"

#include <stdlib.h>
#include <sys/stat.h>

enum {
  FIRST_MS = 50,
  SHARE = 1000,  /* one part of so many of the time */
  AGE_SHARE = 8, /* the next look comes after such a part of the time so far */
  RESERVE = 4,   /* a reading takes such a part of what may be spent while memory grows */
  GROWTH_PERCENT = 10,
  LEAST_MIB = 32 /* resident; below, nobody asks who has the rest, except a page */
};
#define GRACE_NS UINT64_C(10000000)
#define LONGEST_NS UINT64_C(10000000) /* of one reading of smaps */

static uint64_t spent; /* on smaps, in ns of CPU time, the reading of the recording included */

/* The data that is kept for a process. */
struct seen {
  uint64_t last;     /* resident at the last tick */
  uint64_t kept;     /* at the look that is kept */
  uint64_t detailed; /* when smaps was last read; equal to `kept` if that look is kept */
  bool slow;         /* smaps took too long once */
};

static uint64_t resident_may_spend(const struct watch *watch) {
  uint64_t most = watch_elapsed(watch) / SHARE + GRACE_NS;
  return most > spent ? most - spent : 0;
}

static uint64_t smaller(uint64_t a, uint64_t b) {
  return a < b ? a : b;
}

static bool has_grown(uint64_t now, uint64_t before) {
  return now > before + before / 100 * GROWTH_PERCENT;
}

static void look_keep(struct process *process, struct seen *seen,
                      const struct resident_look *look) {
  resident_looks_keep(process->pid, process->generation, look);
  seen->kept = look->total;
}

/* A process that ends, or executes another program, while smaps is read shows less than it had. */
static void look_at_mappings(struct process *process, struct seen *seen, uint64_t resident) {
  _cleanup_recording_ struct recording *recording = NULL;
  struct resident_look look;
  uint64_t begun = thread_cpu_ns();
  _cleanup_error_ struct error *err = recording_open(process->path, &recording);
  bool known = !err && recording_look_at_resident(recording, &look);
  uint64_t took = thread_cpu_ns() - begun;
  spent += took;
  seen->slow = took > LONGEST_NS;
  if (!known || has_grown(resident, look.total))
    return;
  look_keep(process, seen, &look);
  seen->detailed = look.total;
}

static void look_at_sums(const struct watch *watch, struct process *process, struct seen *seen,
                         const struct process_memory *memory) {
  struct stat st;
  uint64_t live, peak;
  if (stat(process->path, &st) < 0 || !process_size(process, &live, &peak))
    return;
  uint64_t recording = smaller((uint64_t)st.st_blocks * 512, memory->shared);
  live = smaller(live, memory->anonymous);
  look_keep(process, seen,
            &(struct resident_look){
                .total = memory->anonymous + memory->files + memory->shared,
                .live = live,
                .anonymous = memory->anonymous - live,
                .files = memory->files,
                .shared = memory->shared - recording,
                .recording = recording,
                .age_ns = watch_elapsed(watch),
            });
}

static void look_at(struct watch *watch, struct process *process, struct seen *seen) {
  struct process_memory memory;
  uint64_t now, may_spend = resident_may_spend(watch);
  if (!process_resident(process->pid, &now))
    return;
  uint64_t cost = (now >> 20) * LOOKS_NS_PER_MIB;
  bool rests = !has_grown(now, seen->last);
  seen->last = now;
  if (now >> 20 < LEAST_MIB && !moments_are_asked())
    return;
  bool affordable =
      !seen->slow && cost < LONGEST_NS && cost < (rests ? may_spend : may_spend / RESERVE);
  if (affordable && has_grown(now, seen->detailed))
    look_at_mappings(process, seen, now);
  if ((seen->kept == seen->detailed ? has_grown(now, seen->kept) : now > seen->kept) &&
      process_memory(process->pid, &memory))
    look_at_sums(watch, process, seen, &memory);
}

static struct error *resident_visit(void *context, struct watch *watch, struct process *process) {
  (void)context;
  struct seen **seen = (struct seen **)watch_data(watch, &spent, process);
  if (!*seen && !(*seen = calloc(1, sizeof(**seen))))
    return &error_no_memory;
  look_at(watch, process, *seen);
  return NULL;
}

static struct error *resident_tick(void *context, struct watch *watch) {
  uint64_t begun = thread_cpu_ns(), before = spent;
  struct error *err = watch_each_live(watch, context, resident_visit);
  uint64_t sums = thread_cpu_ns() - begun - (spent - before);
  looks_pause(watch, context, &(struct looks_pace){FIRST_MS, AGE_SHARE, SHARE}, sums);
  return err;
}

static const struct watcher watcher = {.name = "resident memory",
                                       .can_be_aside = true,
                                       .interval_ms = FIRST_MS,
                                       .tick = resident_tick,
                                       .went = watch_free_data,
                                       .finish = watch_free_all};

/* A run that keeps moments has a page that shows it. */
static struct error *resident_add(struct watch *watch) {
  bool stays_away = watch_settings(watch)->only_asked && !moments_are_asked();
  return stays_away ? NULL : watch_add(watch, &watcher, &spent);
}

const struct watcher_kind resident_kind = {.add = resident_add};
