/* The instructions that every allocation and every free runs. arch_x86_64.h has, for the ledger at
 * the distance that thread_tls holds:
 *
 *   arch_ledger_spend(size, &payment)     left -= size + 1, by_size[ledger_size(size)] += 1;
 *                                         whether `left` sufficed
 *   arch_ledger_paid(payment.place)       the ledger that paid
 *   arch_ledger_refund(ledger, size, payment.size_class)
 *                                         the opposite; whether `left` is below zero then
 *   arch_ledger_count_free()              frees += 1
 *
 * A signal handler of the thread may allocate between any two instructions: each figure is changed
 * by one. */
#pragma once

#include <stdint.h>

/* The source that an allocation was paid from: a place by which the processor finds the ledger, and
 * the element of by_size. */
struct ledger_payment {
  uint64_t place, size_class;
};

#if defined(__x86_64__)
#include "shim/record/arch_x86_64.h"
#else
#error                                                                                             \
    "memprof: no shim/record/arch_*.h for this processor; docs/EXTENDING.md says what it must have"
#endif
