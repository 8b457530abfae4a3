/* Logarithm, exponential and random numbers for the sampler, without libm. */
#pragma once

#include <stdint.h>

/* xorshift64*: Marsaglia 2003, Vigna 2016. The state must not be 0. */
static inline uint64_t random_next(uint64_t *state) {
  uint64_t x = *state;
  x ^= x >> 12;
  x ^= x << 25;
  x ^= x >> 27;
  *state = x;
  return x * 0x2545f4914f6cdd1dull;
}

/* splitmix64: turns any number into a well-mixed state that is not 0. */
static inline uint64_t random_seed(uint64_t n) {
  n += 0x9e3779b97f4a7c15ull;
  n = (n ^ n >> 30) * 0xbf58476d1ce4e5b9ull;
  n = (n ^ n >> 27) * 0x94d049bb133111ebull;
  n ^= n >> 31;
  return n ? n : 1;
}

/* ln x for a normal x > 0: x = 2^e m with m in [sqrt 1/2, sqrt 2), and ln m = 2 atanh((m-1)/(m+1))
 * as a series; |(m-1)/(m+1)| < 0.172, so eight terms leave an error below 1e-13. */
static inline double math_log(double x) {
  union {
    double d;
    uint64_t u;
  } v = {.d = x};
  int e = (int)(v.u >> 52 & 0x7ff) - 1023;
  v.u = (v.u & 0xfffffffffffffull) | 0x3ff0000000000000ull;
  if (v.d > 1.4142135623730951) {
    v.d /= 2;
    e++;
  }
  double s = (v.d - 1) / (v.d + 1), s2 = s * s, sum = 0;
  for (int k = 15; k >= 1; k -= 2)
    sum = sum * s2 + 1.0 / k;
  return 2 * s * sum + e * 0.6931471805599453;
}

/* 1 - exp(-x) for x >= 0, with full relative precision near 0. exp(-x) = 2^-n exp(-r), 0 <= r < ln
 * 2; the series of exp(-r) - 1 has fifteen terms: an error below 1e-15. */
static inline double math_one_minus_exp(double x) {
  if (x > 40)
    return 1;
  int n = (int)(x / 0.6931471805599453);
  double r = x - n * 0.6931471805599453, sum = 0;
  for (int k = 15; k >= 1; k--)
    sum = (sum + 1) * -r / k;
  if (n == 0)
    return -sum;
  union {
    uint64_t u;
    double d;
  } scale = {.u = (uint64_t)(1023 - n) << 52};
  return 1 - scale.d * (1 + sum);
}
