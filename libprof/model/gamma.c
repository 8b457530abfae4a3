/* P(a, x) by its power series below a + 1 and by Lentz's continued fraction above (Abramowitz and
 * Stegun 6.5.29 and 6.5.31); both converge within some tens of steps there. */
#include "model/gamma.h"

#include <math.h>

#define ENOUGH 1e-10
enum { MOST_STEPS = 1000 };

/* lgamma writes a global variable. */
static double log_gamma(double a) {
  int sign;
  return lgamma_r(a, &sign);
}

static double series(double a, double x) {
  double term = 1 / a, sum = term;
  for (int n = 1; n < MOST_STEPS && term > sum * ENOUGH; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum * exp(a * log(x) - x - log_gamma(a));
}

/* 1 - P(a, x). */
static double fraction(double a, double x) {
  double b = x + 1 - a, c = 1e300, d = 1 / b, product = d;
  for (int n = 1; n < MOST_STEPS; n++) {
    double numerator = -n * (n - a);
    b += 2;
    d = 1 / (numerator * d + b);
    c = b + numerator / c;
    product *= d * c;
    if (fabs(d * c - 1) < ENOUGH)
      break;
  }
  return product * exp(a * log(x) - x - log_gamma(a));
}

/* The cube root of a gamma variate is nearly normal (Wilson and Hilferty, 1931). */
static double by_cube_root(double a, double x) {
  double part = 1 / (9 * a);
  return erfc(-(cbrt(x / a) - 1 + part) / sqrt(2 * part)) / 2;
}

/* P(shape, x) */
static double incomplete(double shape, double x) {
  if (x <= 0)
    return 0;
  if (shape > GAMMA_LARGE)
    return by_cube_root(shape, x);
  return x < shape + 1 ? series(shape, x) : 1 - fraction(shape, x);
}

double gamma_below(const struct gamma *gamma, double x) {
  x -= gamma->start;
  if (gamma->shape <= 0)
    return x >= 0;
  double below = incomplete(gamma->shape, x / gamma->scale);
  return gamma->scale < 0 ? 1 - below : below;
}
