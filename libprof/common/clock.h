/* The tick counter: the cheapest clock there is. Two readings are compared with two of a system
 * clock to learn its rate. */
#pragma once

#include "common/arch.h"

static inline uint64_t clock_ticks(void) {
  return arch_ticks();
}
