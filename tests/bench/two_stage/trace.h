/* An allocation as trace.c writes it down and simulate.c reads it. */
#pragma once

#include <stdint.h>

struct traced_allocation {
  uint64_t site; /* of the whole stack */
  uint32_t call; /* of return address, stack pointer and power of two of the size */
  uint32_t size; /* bytes */
};
