/* A site's figures are fixed-point numbers (OBJECTS_SHIFT, BYTES_SHIFT of common/layout.h). Private
 * to the folder. */
#pragma once

#include "common/layout.h"

/* Rounded to the nearest. */
static inline uint64_t whole_objects(uint64_t fixed) {
  return (fixed + (1ull << (OBJECTS_SHIFT - 1))) >> OBJECTS_SHIFT;
}
static inline uint64_t whole_bytes(uint64_t fixed) {
  return (fixed + (1ull << (BYTES_SHIFT - 1))) >> BYTES_SHIFT;
}

/* a - b, or 0: a copy made in mid-write may have a free without its allocation. */
static inline uint64_t figure_difference(uint64_t a, uint64_t b) {
  return a > b ? a - b : 0;
}

/* Figures of a file that lies must not turn negative. */
static inline int64_t positive(uint64_t n) {
  return n > INT64_MAX ? INT64_MAX : (int64_t)n;
}
