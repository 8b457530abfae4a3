#include "record/recording.h"

#include <time.h>

uint64_t recording_thread_bytes(const struct recording_thread *t) {
  uint64_t bytes = t->granted - t->left - t->allocs;
  return (int64_t)bytes > 0 ? bytes : 0;
}

struct recording_totals recording_totals(const struct recording *r) {
  const struct recording_thread *exited = &r->header.exited;
  struct recording_totals sum = {exited->allocs, exited->frees, recording_thread_bytes(exited),
                                 r->header.threads_started};
  for (uint64_t i = 0; i < r->n_threads; i++) {
    const struct recording_thread *t = &r->threads[i];
    sum.allocs += t->allocs;
    sum.frees += t->frees;
    sum.bytes += recording_thread_bytes(t);
  }
  return sum;
}

uint64_t recording_duration_ns(const struct recording *r) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  uint64_t now = (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
  if (recording_is_live(r) && now > r->header.start_monotonic)
    return now - r->header.start_monotonic;
  uint64_t last = r->header.last_monotonic > r->header.start_monotonic
                      ? r->header.last_monotonic - r->header.start_monotonic
                      : 0;
  for (uint64_t i = 0; i < r->n_threads; i++)
    if (r->threads[i].last > last)
      last = r->threads[i].last;
  return last;
}
