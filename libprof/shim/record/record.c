#include "shim/record/record.h"

#include "common/clock.h"
#include "shim/count/busy.h"
#include "shim/count/pause.h"
#include "shim/count/peak.h"
#include "shim/count/rate.h"
#include "shim/count/site.h"
#include "shim/frees/family.h"
#include "shim/frees/wrong_free.h"
#include "shim/history/history.h"
#include "shim/life/late_copy.h"
#include "shim/life/session.h"
#include "shim/record/exact.h"
#include "shim/record/wide.h"
#include "shim/store/space.h"
#include "shim/sys/atomics.h"
#include "shim/sys/clock.h"
#include "shim/sys/filter.h"
#include "shim/sys/next.h"
#include "shim/sys/sandbox.h"
#include "shim/sys/sys.h"
#include "shim/walk/program_frame.h"

static void note_flags(uint32_t flags) {
  if (flags & STACK_TRUNCATED)
    counter_add(&recording->truncated_stacks, 1);
  if (flags & STACK_INCOMPLETE)
    counter_add(&recording->incomplete_stacks, 1);
}

/* The counters belong to one thread. A child of vfork borrows its parent's, which waits for it. */
static inline bool counters_are_mine(const struct recording_thread *self) {
  return self->tid == (uint32_t)sys(SYS_gettid) || recording->pid != (uint32_t)sys(SYS_getpid);
}

/* Counts the allocation, and a new draw. The bytes never fall, whatever a signal handler allocates
 * meanwhile. */
static void record_count(struct recording_thread *self, uint64_t size, uint64_t draw) {
  uint64_t before = ledger_bytes(&self->ledger);
  ledger_count(&self->ledger, size, draw);
  SHIM_ASSERT(ledger_used(&self->ledger) - ledger_allocs(&self->ledger) - before - size <=
              INT64_MAX);
}

/* Counts an allocation that ended a draw, and draws anew at the rate of now. */
static void record_draw(struct thread_state *state, struct recording_thread *self, uint64_t size) {
  uint64_t rate = __atomic_load_n(&recording->rate, __ATOMIC_RELAXED);
  record_count(self, size, sample_draw(rate, &state->random));
  if (__builtin_expect(rate != state->rate, 0))
    thread_take_rate(state, rate);
}

static void record_walk(struct thread_state *state, const void *frame) {
  struct cfi_frame start = program_frame(frame);
  unwind_stack(start, &state->last_walk, config.depth, state->is_main);
  if (__builtin_expect(state->last_walk.flags != 0, 0))
    note_flags(state->last_walk.flags);
}

static struct site record_site(struct thread_state *state, size_t size, uint64_t rate) {
  struct site site = site_find(&state->last_walk, size, rate, &state->user);
  if (__builtin_expect(!site.at, 0))
    counter_add(&recording->dropped[DROP_LIMIT], 1);
  return site;
}

/* Where everything is recorded most calls are known, as in exact.h. Where histories are kept none
 * becomes known. */
static struct site record_site_exactly(struct thread_state *state, size_t size, const void *frame) {
  struct cfi_frame start = program_frame(frame);
  struct known_call *call = known_call_find(&state->calls, &start, &state->last_walk);
  if (call && exact_site(state, call, size)) {
    note_flags(call->flags);
    return (struct site){call->site, call->site_index};
  }
  record_walk(state, frame);
  struct site site = record_site(state, size, 1);
  if (site.at && !history_kept)
    exact_remember(state, size, site);
  return site;
}

static struct site record_site_sampled(struct thread_state *state, size_t size, const void *frame) {
  record_walk(state, frame);
  return record_site(state, size, state->rate);
}

static void record_sample(void *p, size_t size, const void *frame) {
  struct thread_state *state = thread_tls.state;
  object_table_prefetch(p);
  struct site site = shadow_used && !is_reported(p) ? record_site_exactly(state, size, frame)
                                                    : record_site_sampled(state, size, frame);
  if (!site.at)
    return;
  uint64_t now = thread_tls.self->last = clock_now();
  struct recording_object object = {size, now + !now, site.index, thread_tls.self->number};
  if (!objects_add(p, &object)) /* counted there; without the object its free could not be told */
    return;
  filter_change(p, 1);
  if (state->rate > 1)
    peak_before_sample();
  site_add(site.at, sample_weight(size, state->rate), &state->user);
  if (__builtin_expect(history_kept, 0) && !is_reported(p))
    history_born(p, size, site.index, now);
}

/* The same where everything is recorded. Where histories are kept no call becomes a known one, so
 * that each allocation comes here. */
static void record_exactly(void *p, size_t size, const void *frame) {
  struct thread_state *state = thread_tls.state;
  struct recording_granule *granule = shadow_granule((uintptr_t)p);
  __builtin_prefetch(granule, 1);
  record_walk(state, frame);
  struct site site = record_site(state, size, 1);
  if (__builtin_expect(!site.at || (!granule && !(granule = shadow_make((uintptr_t)p))), 0))
    return;
  uint64_t now = thread_tls.self->last = clock_now();
  shadow_fill(granule, GRANULE_PACK((uintptr_t)p, size, state->granule_bits), site.index,
              shadow_time(now));
  site_add(site.at, sample_weight(size, 1), &state->user);
  if (__builtin_expect(history_kept, 0))
    history_born(p, size, site.index, now);
  else
    exact_remember(state, size, site);
}

/* Counts an allocation that is due while the program has paused recording. */
static void record_pass(struct recording_thread *self, size_t size) {
  struct thread_state *state = thread_tls.state;
  counter_add(&recording->paused_allocs, 1);
  record_draw(state, self, size);
}

static __attribute__((noinline)) void record_and_draw(void *p, size_t size, const void *frame) {
  struct thread_state *state = thread_tls.state;
  bool timed = config.flags & RECORDING_BUDGET && !sandboxed(); /* the rate stays */
  uint64_t started = timed ? clock_ticks() : 0, rate = state->rate;
  record_sample(p, size, frame);
  record_draw(state, thread_tls.self, size);
  if (timed)
    rate_note(&state->meter, clock_ticks() - started, size, rate);
}

/* Whether the block has a granule of the shadow. Early ones have none: see objects_add. */
static bool has_granule(const void *p, size_t size) {
  return shadow_has(size) && !is_reported(p) && !next_is_early(p);
}

/* record_paused says so. False where the allocation is to be recorded as usual. */
static __attribute__((noinline)) bool record_diverted(void *p, size_t size, const void *frame) {
  if (late_copies)
    late_copy_keep(p);
  if (record_paused & ~RECORD_KEEPS_LEAVES) {
    record_pass(thread_tls.self, size);
    return true;
  }
  return has_granule(p, size) && exact_again_at(p, size, frame, clock_now());
}

__attribute__((noinline)) void record_anew(void *p, size_t size, const void *frame) {
  bool fresh = thread_tls.self == &thread_without_counters;
  /* A thread that had no ledger came here with its first allocation, sampled or not: now it has a
   * draw. */
  if (!session_ready() || (fresh && ledger_pay(&thread_tls.self->ledger, size)))
    return;
  SHIM_ASSERT(counters_are_mine(thread_tls.self));
  /* In a signal handler that interrupted this very function. */
  if (__builtin_expect(thread_tls.busy && busy_now(frame), 0)) {
    record_count(thread_tls.self, size, thread_tls.self->left);
    counter_add(&recording->dropped[DROP_REENTRANT], 1);
    return;
  }
  if (__builtin_expect(record_paused, 0) && record_diverted(p, size, frame))
    return;
  busy_begin();
  if (has_granule(p, size)) {
    record_exactly(p, size, frame);
    record_count(thread_tls.self, size, 0);
  } else if (shadow_used && wide_shadow_has(p, size) && !next_is_early(p) &&
             wide_again(p, size, frame, clock_now())) {
    /* It has counted the call. */
  } else
    record_and_draw(p, size, frame);
  busy_end();
}

void record_alloc(void *p, size_t size, const void *frame) {
  if (!exact_again(p, size, frame))
    record_anew(p, size, frame);
}

void record_freed(const struct recording_object *object) {
  uint64_t now = clock_now();
  thread_tls.self->last = now;
  struct site site = site_at(object->site);
  site_remove(site, sample_weight(object->size, site.at->rate),
              now > object->time ? now - object->time : 0, &thread_tls.state->user);
}

bool record_take(const void *p, bool by_realloc, struct recording_object *object,
                 const void *frame) {
  struct recording_granule *granule;
  if (!session_ready())
    return false;
  if (__builtin_expect(late_copies != NULL, 0))
    late_copy_keep(p);
  if (!objects_remove(p, object, &granule))
    return false;
  filter_change(p, -1);
  if (__builtin_expect(history_kept, 0))
    history_ended(p, by_realloc, frame);
  if (wrong_free_watched)
    wrong_free_remember(p, granule, object->site, frame);
  return true;
}

void record_put_back(const void *p, const struct recording_object *object) {
  if (objects_add(p, object))
    filter_change(p, 1);
}

void record_free(const void *p, const void *frame) {
  struct recording_object object;
  if (record_take(p, false, &object, frame)) {
    family_check(p, &object, FAMILY_MALLOC, frame);
    record_freed(&object);
  } else if (__builtin_expect(wrong_free_watched, 0))
    wrong_free_check(p, frame);
}
