/* The usual allocation and the usual free where everything is recorded, in one piece each: nothing
 * is made, nothing is shared with another thread, no instruction is locked.
 *
 * Most allocations are like their thread's last one: the same call of the same size, with the same
 * stack around it. Then all that is to be written is known but for the time. */
#pragma once

#include "shim/clock.h"
#include "shim/family.h"
#include "shim/program_frame.h"
#include "shim/record.h"
#include "shim/session.h"
#include "shim/site_figures.h"
#include "shim/unwind.h"
#include "shim/wrong_free.h"

/* This thread can record, in the recording that it was given a slot of. */
static inline bool exact_ready(const struct thread_own *own) {
  return __builtin_expect(own && *session_same_process, 1);
}

static inline __attribute__((always_inline)) bool
exact_same_call(const struct thread_own *own, const struct frame *frame, size_t size) {
  const struct exact_last *last = &own->last;
  return own->trace.entry == frame && last->pc == frame->return_address && last->size == size &&
         (last->bp == (uintptr_t)frame->caller || !last->bp_needed) &&
         last->forgotten == __atomic_load_n(&unwind_forgotten, __ATOMIC_RELAXED) &&
         trace_holds(&own->trace, last->checks);
}

static inline __attribute__((always_inline)) void
exact_fill(struct thread_own *own, struct recording_slot *slot, const void *p) {
  const struct exact_last *last = &own->last;
  struct recording_thread *self = own->user.self;
  uint64_t now = self->last = clock_now();
  shadow_fill(slot, last->what | ((uintptr_t)p & GRANULE_MASK), last->site.index, shadow_time(now));
  site_add_own(last->site.at, sample_weight(last->size, 1), &own->user);
  self->granted += last->size + 1; /* nothing is ever left of a draw */
  self->allocs++;
}

/* Records the allocation if it is like the last one; false if not, and then nothing has changed. */
static inline __attribute__((always_inline)) bool exact_again(const void *p, size_t size,
                                                              const void *frame) {
  struct thread_own *own = thread_tls.own;
  if (!exact_ready(own) || thread_tls.busy || record_paused)
    return false;
  /* From here on a signal handler that allocates goes by: it would change what `last` is. */
  thread_tls.busy = 1;
  __atomic_signal_fence(__ATOMIC_SEQ_CST);
  struct recording_slot *slot = shadow_slot((uintptr_t)p);
  bool again = __builtin_expect(slot && exact_same_call(own, frame, size), 1);
  if (again)
    exact_fill(own, slot, p);
  __atomic_signal_fence(__ATOMIC_SEQ_CST);
  thread_tls.busy = 0;
  return again;
}

/* What exact_again needs to know of the allocation that has just been recorded; `frame` as in
 * record.h. */
static inline void exact_remember(struct thread_own *own, const struct frame *frame, size_t size,
                                  struct site site) {
  const struct trace *trace = &own->trace;
  const struct trace_frame *innermost = &trace->frame[trace->depth - 1];
  if (!trace->depth || innermost->sp != (uintptr_t)(frame + 1) || trace->flags)
    return; /* the shim called itself, or there is something to count */
  own->last = (struct exact_last){.pc = innermost->pc,
                                  .bp = innermost->bp,
                                  .bp_needed = innermost->bp_needed,
                                  .checks = innermost->checks,
                                  .forgotten = trace->forgotten,
                                  .size = size,
                                  .what = SLOT_WHAT(0, size, own->slot_bits),
                                  .site = site};
  own->trace.entry = frame;
}

/* Records the free of a block that has a slot; false if p is none such. */
static inline __attribute__((always_inline)) bool exact_free(const void *p, const void *frame) {
  struct thread_own *own = thread_tls.own;
  struct recording_slot *slot = exact_ready(own) ? shadow_slot((uintptr_t)p) : NULL;
  uint32_t what = slot ? __atomic_load_n(&slot->what, __ATOMIC_ACQUIRE) : SLOT_NONE;
  if (__builtin_expect(!SLOT_IS(what, SLOT_LIVE, p), 0))
    return false;
  if (__builtin_expect(what & SLOT_FAMILY_MASK, 0))
    family_check_slot(p, slot, frame);
  uint64_t now = own->user.self->last = clock_now(), born = (uint64_t)slot->time << SLOT_TIME_SHIFT;
  uint64_t lifetime = now > born ? now - born : 0;
  struct weight weight = sample_weight(SLOT_SIZE(what), 1);
  uint32_t index = slot->site, stack = 0;
  if (__builtin_expect(wrong_free_stacks, 0))
    stack = wrong_free_stack(frame) + 1;
  shadow_fill(slot, shadow_freed(what), index, stack);
  struct recording_site *site = site_to_free_again(index, &own->sites);
  if (__builtin_expect(site && site->shard, 1))
    site_remove_own(site, weight, lifetime, &own->user);
  else
    site_remove(site_at(index), weight, lifetime, &own->user);
  return true;
}
