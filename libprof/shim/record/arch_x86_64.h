/* shim/record/arch.h for x86-64. TLS is at %fs; the ledger is one operand of %fs, thread_tls'
 * offset and the distance. */
#pragma once

#include "common/ledger.h"
#include "shim/count/thread.h"

#include <stddef.h>

/* `bsr` leaves its destination alone where the size is 0: AMD says so, and Linux's fls64 relies on
 * it on all processors. `sub -1` counts and leaves the borrow that takes size + 1 off what is left.
 */
static inline __attribute__((always_inline)) bool arch_ledger_spend(uint64_t size,
                                                                    struct ledger_payment *paid) {
  bool lacks;
  __asm__ volatile("movq thread_tls@gottpoff(%%rip), %[place]\n\t"
                   "addq %%fs:(%[place]), %[place]\n\t"
                   "xorl %k[class], %k[class]\n\t"
                   "bsrq %[size], %[class]\n\t"
                   "subq $-1, %%fs:%c[by_size](%[place], %[class], 8)\n\t"
                   "sbbq %[size], %%fs:%c[left](%[place])"
                   : [place] "=&r"(paid->place), [class] "=&r"(paid->size_class), "=@ccb"(lacks)
                   : [size] "r"(size), [left] "i"(offsetof(struct thread_tls, none.left)),
                     [by_size] "i"(offsetof(struct thread_tls, none.by_size))
                   : "memory");
  return !lacks;
}

static inline __attribute__((always_inline)) struct ledger *arch_ledger_paid(uint64_t place) {
  uint64_t tls;
  __asm__("movq %%fs:0, %[tls]" : [tls] "=r"(tls));
  return (struct ledger *)(tls + place + offsetof(struct thread_tls, none));
}

static inline __attribute__((always_inline)) bool
arch_ledger_refund(struct ledger *ledger, uint64_t size, uint64_t size_class) {
  bool overdrawn;
  __asm__ volatile("subq $1, %[calls]\n\t"
                   "stc\n\t"
                   "adcq %[size], %[left]"
                   : [calls] "+m"(ledger->by_size[size_class]), [left] "+m"(ledger->left),
                     "=@ccs"(overdrawn)
                   : [size] "r"(size));
  return overdrawn;
}

static inline __attribute__((always_inline)) void arch_ledger_count_free(void) {
  uint64_t place;
  __asm__ volatile("movq thread_tls@gottpoff(%%rip), %[place]\n\t"
                   "addq %%fs:(%[place]), %[place]\n\t"
                   "addq $1, %%fs:%c[frees](%[place])"
                   : [place] "=&r"(place)
                   : [frees] "i"(offsetof(struct thread_tls, none.frees))
                   : "memory", "cc");
}
