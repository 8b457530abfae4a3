/* Counters that any thread may change.
 *
 * While glibc says that the process has one thread, a plain read-modify-write instruction does: it
 * cannot be split by a signal handler, and there is nobody else. It costs a quarter of a locked
 * one. glibc clears the flag before the second thread starts, in the thread that starts it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/single_threaded.h>

static inline void counter_add(uint64_t *counter, uint64_t n) {
#if defined(__x86_64__)
  if (__libc_single_threaded) {
    __asm__ volatile("addq %1, %0" : "+m"(*counter) : "er"(n) : "cc");
    return;
  }
#endif
  __atomic_fetch_add(counter, n, __ATOMIC_RELAXED);
}

/* The same for a counter that only this thread changes, and signal handlers in it: one instruction.
 */
static inline void counter_add_own(uint64_t *counter, uint64_t n) {
#if defined(__x86_64__)
  __asm__ volatile("addq %1, %0" : "+m"(*counter) : "er"(n) : "cc");
#else
  __atomic_fetch_add(counter, n, __ATOMIC_RELAXED);
#endif
}

/* Adds n and returns the sum. */
static inline uint64_t counter_sum(uint64_t *counter, uint64_t n) {
#if defined(__x86_64__)
  if (__libc_single_threaded) {
    uint64_t old = n;
    __asm__ volatile("xaddq %1, %0" : "+m"(*counter), "+r"(old) : : "cc");
    return old + n;
  }
#endif
  return __atomic_add_fetch(counter, n, __ATOMIC_RELAXED);
}

/* Compare and swap: true if *word was `old` and is now `value`. */
static inline bool word_swap(uint64_t *word, uint64_t old, uint64_t value) {
#if defined(__x86_64__)
  if (__libc_single_threaded) {
    bool done;
    __asm__ volatile("cmpxchgq %3, %0"
                     : "+m"(*word), "+a"(old), "=@ccz"(done)
                     : "r"(value)
                     : "memory", "cc");
    return done;
  }
#endif
  return __atomic_compare_exchange_n(word, &old, value, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

static inline void counter_raise(uint64_t *maximum, uint64_t n) {
  if (n > __atomic_load_n(maximum, __ATOMIC_RELAXED))
    __atomic_store_n(maximum, n, __ATOMIC_RELAXED);
}
