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

/* a[0] + a[1] x + ... + a[n - 1] x^(n - 1), n even. The odd and the even terms do not wait for one
 * another, and there is no division: a sample computes two of these or three. */
static inline __attribute__((always_inline)) double math_polynomial(double x, const double *a,
                                                                    int n) {
  double square = x * x, odd = a[n - 1], even = a[n - 2];
#pragma GCC unroll 8
  for (int k = n - 4; k >= 0; k -= 2) {
    odd = odd * square + a[k + 1];
    even = even * square + a[k];
  }
  return odd * x + even;
}

/* ln x for a normal x > 0: x = 2^e m with m in [sqrt 1/2, sqrt 2), and ln m = 2 atanh((m-1)/(m+1))
 * as a series; |(m-1)/(m+1)| < 0.172, so eight terms leave an error below 1e-13. */
static inline double math_log(double x) {
  static const double terms[] = {1,       1.0 / 3,  1.0 / 5,  1.0 / 7,
                                 1.0 / 9, 1.0 / 11, 1.0 / 13, 1.0 / 15};
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
  double s = (v.d - 1) / (v.d + 1);
  return 2 * s * math_polynomial(s * s, terms, 8) + e * 0.6931471805599453;
}

/* 1 - exp(-x) for x >= 0, with full relative precision near 0. exp(-x) = 2^-n exp(-r), 0 <= r < ln
 * 2; the series of 1 - exp(-r) = r - r^2 / 2! + ... has sixteen terms: an error below 1e-15. */
static inline double math_one_minus_exp(double x) {
  static const double terms[] = {
      1.0,
      -1.0 / 2,
      1.0 / 6,
      -1.0 / 24,
      1.0 / 120,
      -1.0 / 720,
      1.0 / 5040,
      -1.0 / 40320,
      1.0 / 362880,
      -1.0 / 3628800,
      1.0 / 39916800,
      -1.0 / 479001600,
      1.0 / 6227020800,
      -1.0 / 87178291200,
      1.0 / 1307674368000,
      -1.0 / 20922789888000,
  };
  if (x > 40)
    return 1;
  int n = (int)(x * (1 / 0.6931471805599453));
  double r = x - n * 0.6931471805599453, rest = r * math_polynomial(r, terms, 16);
  if (n == 0)
    return rest;
  union {
    uint64_t u;
    double d;
  } scale = {.u = (uint64_t)(1023 - n) << 52};
  return 1 - scale.d * (1 - rest);
}
