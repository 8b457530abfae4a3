/* Size classes of sites: four to a power of two, so sizes of one class differ by at most a quarter.
 */
#pragma once

#include <stdint.h>

/* 0, 1, 2, 3, 4, 5, 6, 7, 8-9, 10-11, 12-13, 14-15, 16-19, ... */
static inline uint32_t size_class(uint64_t size) {
  if (size < 8)
    return (uint32_t)size;
  unsigned log = 63 - __builtin_clzll(size);
  return 4 * (log - 1) + (uint32_t)(size >> (log - 2) & 3);
}

/* The smallest size of a class. */
static inline uint64_t size_class_start(uint32_t c) {
  if (c < 8)
    return c;
  return (uint64_t)(4 + (c & 3)) << (c / 4 - 1);
}
