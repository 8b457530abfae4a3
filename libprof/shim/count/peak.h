/* The process's live bytes and their peak, without a shared counter.
 *
 * Each thread has its own share of the live bytes: the bytes that it allocated less those that it
 * freed. The sum is at its highest right before some free. So where everything is recorded a free
 * asks first whether the sum may be above the peak, and looks if so. The sum may be above it if
 * some share has passed its allowance: the thread that looks hands out the distance to the peak as
 * allowances, so that shares within them cannot add up to more. A program that works below its peak
 * thus never looks. One that grows looks at each free between two growths, not at each allocation.
 *
 * With samples the sum is an estimate, and a sample that has just been taken is part of it with its
 * whole weight, though its block may be gone with the next call. A maximum over such moments would
 * pick just these. So the sum is looked at when a sample is taken, before its own weight goes in:
 * sample points are a Poisson process, and what such a process sees at its points is what there is
 * on average ("Poisson arrivals see time averages": Wolff 1982).
 *
 * An allowance is passed and seen without a fence: an allocation of another thread within the same
 * few nanoseconds may be missed in the peak until that thread allocates again. Threads beyond the
 * first PEAK_THREADS share one figure, so that a look is short. */
#pragma once

#include "common/layout.h"
#include "shim/count/thread.h"
#include "shim/store/space.h"
#include "shim/sys/atomics.h"

enum { PEAK_THREADS = 64 };

/* Some share is above its allowance: the next free or sample looks. */
extern uint32_t peak_rising __attribute__((visibility("hidden")));

/* Before a figure changes: a new peak begins an epoch. */
void peak_look(void);
/* The same, before a free's figures, if everything is recorded now. */
void peak_look_exact(void);

/* After fork, in the child. */
void peak_reset(void);

static inline void live_change(struct recording_thread *self, bool shared, uint64_t by) {
  if (__builtin_expect(shared, 0))
    counter_add(&recording->live_bytes, by);
  else
    counter_add_own((uint64_t *)&self->live, by);
}

/* Figures of an allocation go in; then: */
static inline void peak_grow(struct recording_thread *self, bool shared, uint64_t bytes) {
  live_change(self, shared, bytes);
  int64_t live = shared ? (int64_t)recording->live_bytes : self->live;
  int64_t allowed =
      shared ? recording->live_allowed : __atomic_load_n(&self->live_allowed, __ATOMIC_RELAXED);
  if (live > allowed && !__atomic_load_n(&peak_rising, __ATOMIC_RELAXED))
    __atomic_store_n(&peak_rising, 1, __ATOMIC_RELAXED);
}

/* Before figures of a free go in; peak_shrink after. */
static inline void peak_before_free(void) {
  if (__builtin_expect(__atomic_load_n(&peak_rising, __ATOMIC_RELAXED), 0))
    peak_look_exact();
}

/* Before figures of an allocation go in that was sampled at a rate above 1. */
static inline void peak_before_sample(void) {
  if (__atomic_load_n(&peak_rising, __ATOMIC_RELAXED))
    peak_look();
}

static inline void peak_shrink(struct recording_thread *self, bool shared, uint64_t bytes) {
  live_change(self, shared, -bytes);
}
