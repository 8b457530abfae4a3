/* The code that every call of the malloc family runs: the thread's ledger (common/ledger.h) pays
 * for an allocation, or counts a free.
 *
 * Each instruction here is one of every allocation that the program makes, so they are written out
 * for each processor (record/arch.h). TLS holds the distance of the thread's ledger in the
 * recording from thread_tls.none. A thread that has no ledger yet uses `none`. Its `left` is 0, so
 * the first allocation takes the slow path; when recording is off it is 2^62, so that no allocation
 * ever does. In exact mode every thread uses `none`: the slow path counts each call itself.
 *
 * A child that was forked by the bare system call pays from its parent's ledger until it first
 * comes to the slow path. Should it allocate in the very nanosecond in which the parent refunds a
 * payment, it can undo that, and the parent's thread is sampled no more. A check against that would
 * cost every allocation. */
#pragma once

#include "shim/count/thread.h"
#include "shim/record/arch.h"
#include "shim/store/space.h"
#include "shim/sys/atomics.h"

#include <stddef.h>

/* The ledger that this thread pays from. */
static inline struct ledger *ledger_now(void) {
  return (struct ledger *)((char *)&thread_tls.none + thread_tls.distance);
}

/* Takes size + 1 from what is left, and counts the call; true if the ledger could pay. If not,
 * ledger_refund(size, *paid) comes next: the allocation is to be sampled. */
static inline __attribute__((always_inline)) bool ledger_spend(size_t size,
                                                               struct ledger_payment *paid) {
  return __builtin_expect(arch_ledger_spend(size, paid), 1);
}

/* A signal handler was paid while the ledger seemed to have more than plenty left, or left it so.
 */
static __attribute__((noinline, cold, unused)) void ledger_overdrawn(struct ledger *ledger) {
  ledger->granted -= ledger->left;
  ledger->left = 0;
  if (recording)
    counter_add(&recording->dropped[DROP_REENTRANT], 1);
}

/* Undoes ledger_spend, on the ledger that paid: a signal handler may have got the thread another.
 * The allocation is counted once it has been recorded. Single instructions, because a handler may
 * allocate between any two. */
static inline __attribute__((always_inline)) void ledger_refund(size_t size,
                                                                struct ledger_payment paid) {
  struct ledger *ledger = arch_ledger_paid(paid.place);
  if (__builtin_expect(arch_ledger_refund(ledger, size, paid.size_class), 0))
    ledger_overdrawn(ledger);
}

/* A handler that left by siglongjmp between ledger_spend and ledger_refund: the ledger seems to
 * have more than plenty left, and nothing would be sampled any more. A free notices. One that a
 * handler makes in that very place takes it for the same, and the call that it interrupted is not
 * recorded.
 */
static inline __attribute__((always_inline)) void ledger_check(struct ledger *ledger) {
  if (__builtin_expect((int64_t)ledger->left < 0, 0))
    ledger_overdrawn(ledger);
}

static inline __attribute__((always_inline)) void ledger_count_free(void) {
  arch_ledger_count_free();
}
