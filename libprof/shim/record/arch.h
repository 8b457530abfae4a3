/* The instructions that every allocation and every free runs. arch_x86_64.h has, for the ledger at
 * the distance that thread_tls holds:
 *
 *   arch_ledger_spend(size, &distance)   left -= size + 1, allocs += 1; whether `left` sufficed
 *   arch_ledger_refund(ledger, size)     the opposite; whether `left` is below zero then
 *   arch_ledger_count_free()             frees += 1
 *
 * A signal handler of the thread may allocate between any two instructions: each figure is changed
 * by one. */
#pragma once

#if defined(__x86_64__)
#include "shim/record/arch_x86_64.h"
#else
#error                                                                                             \
    "memprof: no shim/record/arch_*.h for this processor; docs/EXTENDING.md says what it must have"
#endif
