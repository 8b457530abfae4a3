/* The halves of a hook of the malloc family: what is done before the next allocator is called, and
 * after. `frame` as in record/record.h. */
#pragma once

#include "shim/frees/family.h"
#include "shim/frees/wrong_free.h"
#include "shim/history/history.h"
#include "shim/record/exact_realloc.h"
#include "shim/record/record.h"
#include "shim/record/thread_ledger.h"
#include "shim/record/wide.h"
#include "shim/sys/filter.h"
#include "shim/sys/next.h"

#include <stddef.h>

/* The second half of every allocating function: p is the next allocator's answer. */
static inline void *record_if_given(void *p, size_t size, const void *frame) {
  if (p)
    record_alloc(p, size, frame);
  return p;
}

/* For functions that are called less often than malloc. */
static inline bool ledger_try_spend(size_t size) {
  struct ledger_payment paid;
  bool enough = ledger_spend(size, &paid);
  if (!enough)
    ledger_refund(size, paid);
  return enough;
}

/* False: the next allocator must not see p, which is NULL (its filter counter is pinned) or a block
 * of the early arena. */
static __attribute__((noinline, cold, unused)) bool free_slowly(void *p, const void *frame) {
  if (!p || next_is_early(p))
    return false;
  ledger_check(ledger_now());
  record_free(p, frame);
  thread_tls.self->frees++;
  return true;
}

/* Takes out what is recorded of the block that realloc gets; false, and a wrong one is reported, if
 * nothing is. */
static inline __attribute__((always_inline)) bool realloc_take(void *p, const void *frame,
                                                               struct recording_object *old) {
  if (!p)
    return false;
  if (__builtin_expect(filter_hit(p), 0) && record_take(p, true, old, frame)) {
    family_check(p, old, FAMILY_REALLOC, frame);
    return true;
  }
  if (__builtin_expect(wrong_free_watched, 0))
    wrong_free_check(p, frame);
  return false;
}

/* The outcome of a realloc of p. */
struct reallocated {
  const void *moved; /* its result */
  size_t size;
  bool freed, recorded; /* p was, before the call */
};

/* The entry that was taken out is gone with its block, or comes back. */
static inline __attribute__((always_inline)) void
realloc_settle(void *p, const struct reallocated *call, const struct recording_object *old) {
  if (call->recorded) {
    if (__builtin_expect(history_kept, 0))
      history_reallocated(p, call->moved, call->size);
    if (call->freed)
      record_freed(old);
    else
      record_put_back(p, old);
  }
  if (call->freed)
    thread_tls.self->frees++;
}
