/* A realloc where everything is recorded, in halves as in record.h, of a block with a granule. The
 * block is free from before the call until its result is known: another thread may be given its
 * address meanwhile. */
#pragma once

#include "shim/record/exact.h"
#include "shim/record/record.h"
#include "shim/record/wide.h"
#include "shim/store/wide_shadow.h"

/* A block that was taken out, and what its granule said. */
struct exact_taken {
  struct recording_granule *granule, was;
  uint64_t size;
};

/* False where the block at p has no granule, or more is to be done about its free. */
static inline __attribute__((always_inline)) bool exact_take(const void *p,
                                                             struct exact_taken *ret) {
  if (!shadow_used || !thread_is_recorded() || config.frees_noted)
    return false;
  struct recording_granule *granule = shadow_granule((uintptr_t)p);
  uint32_t packed = granule ? __atomic_load_n(&granule->packed, __ATOMIC_ACQUIRE) : GRANULE_NONE;
  uint64_t size = GRANULE_SIZE(packed);
  if (!GRANULE_IS(packed, GRANULE_LIVE, p)) {
    struct recording_wide_granule *wide = wide_shadow_find(p);
    if (!wide)
      return false;
    granule = &wide->granule;
    packed = wide_packed(wide);
    size = wide->size;
  }
  if (packed & GRANULE_FAMILY_MASK)
    return false;
  *ret = (struct exact_taken){granule, {packed, granule->site, granule->time}, size};
  shadow_free(granule, packed, 0);
  return true;
}

/* The call failed: the block is still there. */
static inline void exact_put_back(const struct exact_taken *taken) {
  shadow_fill(taken->granule, taken->was.packed, taken->was.site, taken->was.time);
}

/* As exact_again_at, of a block with either kind of granule. */
static inline __attribute__((always_inline)) bool
exact_again_moved(const void *moved, size_t size, const void *frame, uint64_t now) {
  if (shadow_has(size))
    return exact_again_at(moved, size, frame, now);
  if (!wide_shadow_has(moved, size))
    return false;
  busy_begin();
  bool again = wide_again(moved, size, frame, now);
  busy_end();
  return again;
}

/* The call gave `moved`, which may be the same block, of `size` bytes. */
static inline __attribute__((always_inline)) void
exact_moved(const struct exact_taken *taken, void *moved, size_t size, const void *frame) {
  struct thread_state *state = thread_tls.state;
  uint64_t now = clock_now();
  state->user.self->last = now;
  state->user.self->frees++;
  exact_count_free(state, taken->was.site, sample_weight(taken->size, 1),
                   exact_lifetime(&taken->was, now));
  if (!exact_may_record() || !exact_again_moved(moved, size, frame, now))
    record_anew(moved, size, frame);
}
