/* Sums of figures from files, which may hold anything: at the ends of int64_t they stay there. */
#pragma once

#include <stdint.h>

static inline int64_t saturating_add(int64_t a, int64_t b) {
  int64_t sum;
  if (__builtin_add_overflow(a, b, &sum))
    return a < 0 ? INT64_MIN : INT64_MAX;
  return sum;
}

static inline int64_t saturating_subtract(int64_t a, int64_t b) {
  int64_t difference;
  if (__builtin_sub_overflow(a, b, &difference))
    return a < 0 ? INT64_MIN : INT64_MAX;
  return difference;
}

/* To the nearest integer; 0 for what is not a number. */
static inline int64_t saturating_round(double value) {
  if (!(value > -0x1p63))
    return value == value ? INT64_MIN : 0;
  if (value >= 0x1p63)
    return INT64_MAX;
  return (int64_t)__builtin_round(value);
}
