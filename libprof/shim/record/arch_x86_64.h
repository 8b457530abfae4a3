/* shim/record/arch.h for x86-64. TLS is at %fs; the ledger is one operand of %fs, thread_tls'
 * offset and the distance. */
#pragma once

#include "common/ledger.h"
#include "shim/count/thread.h"

#include <stddef.h>

/* `sub -1` counts and leaves the borrow that takes size + 1 off what is left. */
static inline __attribute__((always_inline)) bool arch_ledger_spend(uint64_t size,
                                                                    uint64_t *distance) {
  uint64_t tls;
  bool lacks;
  __asm__ volatile("movq thread_tls@gottpoff(%%rip), %[tls]\n\t"
                   "movq %%fs:(%[tls]), %[distance]\n\t"
                   "subq $-1, %%fs:%c[allocs](%[tls], %[distance])\n\t"
                   "sbbq %[size], %%fs:%c[left](%[tls], %[distance])"
                   : [tls] "=&r"(tls), [distance] "=&r"(*distance), "=@ccb"(lacks)
                   : [size] "r"(size), [left] "i"(offsetof(struct thread_tls, none.left)),
                     [allocs] "i"(offsetof(struct thread_tls, none.allocs))
                   : "memory");
  return !lacks;
}

static inline __attribute__((always_inline)) bool arch_ledger_refund(struct ledger *ledger,
                                                                     uint64_t size) {
  bool overdrawn;
  __asm__ volatile("subq $1, %[allocs]\n\t"
                   "stc\n\t"
                   "adcq %[size], %[left]"
                   : [allocs] "+m"(ledger->allocs), [left] "+m"(ledger->left), "=@ccs"(overdrawn)
                   : [size] "r"(size));
  return overdrawn;
}

static inline __attribute__((always_inline)) void arch_ledger_count_free(void) {
  uint64_t tls, distance;
  __asm__ volatile("movq thread_tls@gottpoff(%%rip), %[tls]\n\t"
                   "movq %%fs:(%[tls]), %[distance]\n\t"
                   "addq $1, %%fs:%c[frees](%[tls], %[distance])"
                   : [tls] "=&r"(tls), [distance] "=&r"(distance)
                   : [frees] "i"(offsetof(struct thread_tls, none.frees))
                   : "memory", "cc");
}
