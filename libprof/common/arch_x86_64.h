/* common/arch.h for x86-64. */
#pragma once

#include <stdint.h>

/* The invariant TSC. */
static inline uint64_t arch_ticks(void) {
  return __builtin_ia32_rdtsc();
}
