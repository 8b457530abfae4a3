/* The tick counter: a clock of two instructions that runs at a constant, unknown rate and is the
 * same on all processors (invariant TSC; the generic timer of arm64). */
#pragma once

#include <stdint.h>

static inline uint64_t clock_ticks(void) {
#if defined(__x86_64__)
  return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
  uint64_t t;
  __asm__ volatile("mrs %0, cntvct_el0" : "=r"(t));
  return t;
#else
#error "memprof: no tick counter for this architecture"
#endif
}
