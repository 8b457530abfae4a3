/* The gamma distribution, as far as intervals need it: how likely a value of at most x is. */
#pragma once

/* start + a gamma variate of mean shape * scale. A shape of 0 is the constant `start`; with a scale
 * below 0 the values are below the start. */
struct gamma {
  double shape, scale, start;
};

/* P(value <= x): the regularized lower incomplete gamma function P(shape, (x - start) / scale), to
 * 1e-9 where the shape is below GAMMA_LARGE and to 1e-4 above, where Wilson's and Hilferty's normal
 * approximation is used. */
double gamma_below(const struct gamma *gamma, double x);

#define GAMMA_LARGE 1000.0
