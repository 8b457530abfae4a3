#include "recording/stack_pages.h"

#include "proc/process_threads.h"
#include "recording/address_space.h"
#include "recording/totals.h"

static bool count_thread(void *context, pid_t tid) {
  (void)tid;
  ++*(uint64_t *)context;
  return true;
}

enum { SMALLEST = 16384 }; /* PTHREAD_STACK_MIN */

/* The first thread's stack has a name. */
static void add_up(const struct address_space *space, struct stack_look *look) {
  for (size_t i = 0; i < space->maps.count; i++) {
    const struct mapping *m = &space->maps.data[i];
    if (space->kind[i] != REGION_STACK || m->path[0] == '[' || m->end - m->start < SMALLEST)
      continue;
    look->stacks++;
    look->reserved += m->end - m->start;
    look->touched += m->resident;
  }
}

bool recording_look_at_stacks(const struct recording *recording, struct stack_look *ret) {
  struct address_space space;
  struct stack_look look = {.age_ns = recording_duration_ns(recording)};
  struct error *err = address_space_read(recording->pid, &space);
  if (err) {
    error_destroy(err);
    return false;
  }
  process_each_thread(recording->pid, count_thread, &look.threads);
  add_up(&space, &look);
  address_space_deinit(&space);
  bool known = look.threads && look.stacks + 1 >= look.threads;
  if (known)
    *ret = look;
  return known;
}
