#include "record/file.h"
#include "record/recording.h"

#include <stddef.h>

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

bool recording_size_now(const struct recording *r, uint64_t *live, uint64_t *peak) {
  uint64_t pair[2];
  size_t at = offsetof(struct recording_header, live_bytes);
  _Static_assert(offsetof(struct recording_header, peak_bytes) ==
                     offsetof(struct recording_header, live_bytes) + sizeof(uint64_t),
                 "one read has both");
  if (file_read(r->fd, pair, sizeof(pair), at) != sizeof(pair))
    return false;
  *live = (int64_t)pair[0] > 0 ? pair[0] >> BYTES_SHIFT : 0; /* a sum of deltas, for a moment */
  *peak = pair[1] >> BYTES_SHIFT;
  return true;
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
