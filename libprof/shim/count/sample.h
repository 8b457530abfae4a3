/* Which allocations are sampled, and what a sample weighs.
 *
 * Poisson over bytes: a thread draws an exponentially distributed number of bytes of mean `rate`;
 * the allocation that uses it up is sampled. An allocation of s bytes uses s + 1, so that malloc(0)
 * has its chance. So it is sampled with
 *
 *     p = 1 - exp(-(s + 1) / rate)
 *
 * and stands for 1 / p objects and s / p bytes. A rate of 1 means that everything is sampled, with
 * weight 1.
 *
 * Floating point is used with the program's own rounding mode and exception masks set aside. */
#pragma once

#include "common/layout.h"

#include <stdint.h>

struct weight {
  uint64_t objects, bytes; /* fixed-point: OBJECTS_SHIFT, BYTES_SHIFT */
};

/* The weight of an allocation of `size` bytes sampled at a rate above 1. */
struct weight sample_weight_inexact(uint64_t size, uint64_t rate);

/* The weight of an allocation of `size` bytes sampled at `rate`. The same arguments give the same
 * weight. */
static inline __attribute__((always_inline)) struct weight sample_weight(uint64_t size,
                                                                         uint64_t rate) {
  if (rate <= 1)
    return (struct weight){1ull << OBJECTS_SHIFT, size << BYTES_SHIFT};
  return sample_weight_inexact(size, rate);
}

uint64_t sample_draw_inexact(uint64_t rate, uint64_t *random);

/* Bytes until the next sample at `rate`; 0 at rate 1. Advances the random state. */
static inline uint64_t sample_draw(uint64_t rate, uint64_t *random) {
  return rate <= 1 ? 0 : sample_draw_inexact(rate, random);
}
