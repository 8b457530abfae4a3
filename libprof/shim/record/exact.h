/* The usual allocation and the usual free where everything is recorded, in one piece each: nothing
 * is made, nothing is shared with another thread, no instruction is locked. Blocks of more than 255
 * bytes are wide.h's.
 *
 * Most allocations come from a call that their thread has made before, with the same stack around
 * it. Then everything that must be written is known, except the time. */
#pragma once

#include "common/size_class.h"
#include "shim/count/busy.h"
#include "shim/count/pause.h"
#include "shim/count/site_figures.h"
#include "shim/frees/family.h"
#include "shim/frees/wrong_free.h"
#include "shim/life/session.h"
#include "shim/record/note_free.h"
#include "shim/record/thread_ledger.h"
#include "shim/store/shadow.h"
#include "shim/sys/clock.h"
#include "shim/walk/program_frame.h"
#include "shim/walk/unwind.h"

static inline void exact_set_site(struct known_call *call, const struct thread_state *state,
                                  size_t size, struct site site) {
  call->size = size;
  call->tag = state->user.tag;
  call->site = site.at;
  call->site_index = site.index;
}

/* The site of a known call, of this size now. */
static inline bool exact_site(struct thread_state *state, struct known_call *call, size_t size) {
  if (__builtin_expect(call->size == size && call->tag == state->user.tag, 1))
    return true;
  if (call->tag == state->user.tag && size_class(call->size) == size_class(size)) {
    call->size = size;
    return true;
  }
  struct site site = site_find_known(call->hash, size, &state->user);
  if (!site.at)
    return false;
  exact_set_site(call, state, size, site);
  return true;
}

static inline __attribute__((always_inline)) void exact_fill(struct thread_state *state,
                                                             const struct known_call *call,
                                                             struct recording_granule *granule,
                                                             uint32_t packed, uint64_t now) {
  struct recording_thread *self = state->user.self;
  uint64_t size = call->size;
  self->last = now;
  shadow_fill(granule, packed, call->site_index, shadow_time(now));
  SHIM_ASSERT(site_is_mine(call->site, &state->user));
  site_count_alloc(call->site, sample_weight(size, 1), self, state->user.live_shared, true);
  ledger_count_exact(&self->ledger, size);
  if (__builtin_expect(call->flags, 0))
    counter_add(&recording->truncated_stacks, 1);
}

static inline bool exact_may_record(void) {
  return thread_is_recorded() && !thread_tls.busy && !record_paused;
}

/* See exact_again; the thread may record, and shadow_has is true. */
static inline __attribute__((always_inline)) bool exact_again_at(const void *p, size_t size,
                                                                 const void *frame, uint64_t now) {
  struct thread_state *state = thread_tls.state;
  /* From here on a signal handler that allocates goes by: it would change the last walk and calls.
   */
  busy_begin();
  struct cfi_frame start = program_frame(frame);
  struct recording_granule *granule = shadow_granule((uintptr_t)p);
  struct known_call *call =
      granule ? known_call_find(&state->calls, &start, &state->last_walk) : NULL;
  bool again = call && exact_site(state, call, size);
  if (again)
    exact_fill(state, call, granule, GRANULE_PACK((uintptr_t)p, size, state->granule_bits), now);
  busy_end();
  return again;
}

/* Records the allocation of a small block, given out by the allocator, if its call is known; false
 * if not, and then nothing has changed. `frame` as in record.h.
 *
 * The time is read first, because it is a call into the kernel's code: values that are found after
 * it need not be kept across it. */
static inline __attribute__((always_inline)) bool exact_again(const void *p, size_t size,
                                                              const void *frame) {
  return exact_may_record() && shadow_has(size) && exact_again_at(p, size, frame, clock_now());
}

/* The allocation that was just walked from is known from now on. */
static inline void exact_remember(struct thread_state *state, size_t size, struct site site) {
  struct known_call *call = known_call_keep(&state->calls, &state->last_walk);
  if (!call)
    return;
  exact_set_site(call, state, size, site);
  state->has_calls = true;
}

/* How long the block in the granule lived, if it is freed now. */
static inline uint64_t exact_lifetime(const struct recording_granule *granule, uint64_t now) {
  uint64_t born = (uint64_t)granule->time << GRANULE_TIME_SHIFT;
  return now > born ? now - born : 0;
}

/* Counts the free in the site of this thread's own that stands for the block's (site_figures.h). */
static inline __attribute__((always_inline)) void exact_count_free(struct thread_state *state,
                                                                   uint32_t site_index,
                                                                   struct weight weight,
                                                                   uint64_t lifetime) {
  struct recording_site *site = site_to_free_again(site_index, &state->sites);
  if (__builtin_expect(site == NULL, 0)) {
    site_remove(site_at(site_index), weight, lifetime, &state->user);
    return;
  }
  SHIM_ASSERT(site_is_mine(site, &state->user));
  site_count_free(site, weight, lifetime, state->user.self, state->user.live_shared, true);
  SHIM_ASSERT(site_adds_up(site));
}

/* Records and counts the free of the block at p of `size` bytes, whose granule this is. */
static inline __attribute__((always_inline)) void
exact_free_granule(struct thread_state *state, struct recording_granule *granule, uint32_t packed,
                   uint64_t size, const void *p, const void *frame) {
  ledger_check(&thread_tls.none);
  uint64_t now = clock_now(), lifetime = exact_lifetime(granule, now);
  uint32_t site_index = granule->site;
  state->user.self->last = now;
  state->user.self->frees++;
  shadow_free(granule, packed, __builtin_expect(config.frees_noted, 0) ? note_free(p, frame) : 0);
  exact_count_free(state, site_index, sample_weight(size, 1), lifetime);
}

/* Records and counts the free of a block that has a granule; false for all other p, as NULL and
 * blocks of the early arena. */
static inline __attribute__((always_inline)) bool exact_free(const void *p, const void *frame) {
  struct thread_state *state = thread_tls.state;
  struct recording_granule *granule = thread_is_recorded() ? shadow_granule((uintptr_t)p) : NULL;
  uint32_t packed = granule ? __atomic_load_n(&granule->packed, __ATOMIC_ACQUIRE) : GRANULE_NONE;
  if (__builtin_expect(!GRANULE_IS(packed, GRANULE_LIVE, p), 0))
    return false;
  if (__builtin_expect(packed & GRANULE_FAMILY_MASK, 0))
    family_check_granule(p, granule, frame);
  exact_free_granule(state, granule, packed, GRANULE_SIZE(packed), p, frame);
  return true;
}
