/* Counters that any thread may change.
 *
 * While glibc says that the process has one thread, an instruction without a lock does: it cannot
 * be split by a signal handler, and there is nobody else. It costs a quarter of a locked one. glibc
 * clears the flag before the second thread starts, in the thread that starts it. */
#pragma once

#include "shim/sys/arch.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/single_threaded.h>

static inline void counter_add(uint64_t *counter, uint64_t n) {
  if (__libc_single_threaded)
    arch_add(counter, n);
  else
    __atomic_fetch_add(counter, n, __ATOMIC_RELAXED);
}

/* The same for a counter that only this thread changes, and signal handlers in it: one instruction.
 */
static inline void counter_add_own(uint64_t *counter, uint64_t n) {
  arch_add(counter, n);
}

/* Adds n and returns the sum. */
static inline uint64_t counter_sum(uint64_t *counter, uint64_t n) {
  if (__libc_single_threaded)
    return arch_add_sum(counter, n);
  return __atomic_add_fetch(counter, n, __ATOMIC_RELAXED);
}

/* Compare and swap: true if *word was `old` and is now `value`. */
static inline bool word_swap(uint64_t *word, uint64_t old, uint64_t value) {
  if (__libc_single_threaded)
    return arch_swap(word, old, value);
  return __atomic_compare_exchange_n(word, &old, value, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

static inline void counter_raise(uint64_t *maximum, uint64_t n) {
  if (n > __atomic_load_n(maximum, __ATOMIC_RELAXED))
    __atomic_store_n(maximum, n, __ATOMIC_RELAXED);
}
