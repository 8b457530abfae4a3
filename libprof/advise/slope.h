/* The growth of a site's live figure over the run: the slope of a straight line, and how sure it is.
 * Private to the folder.
 *
 * The line is that of least squares through the live figure L(t) from 0 to T:
 *
 *   slope = 12 / T^3  integral of (t - T/2) L(t) dt
 *
 * L is a sum of steps. An object of value v that is born at b and ends at d adds
 *
 *   c(b) - c(d),    c(t) = 6 v t (T - t) / T^3     (c(d) = 0 where it lives on)
 *
 * so the slope is a sum over objects, and histories estimate it as any other sum. Births in the
 * middle of the run count most, those at its ends nothing: a start-up or a last burst tilts no line.
 *
 * The k histories of one site of the recording are a uniform choice of its N objects, which are
 * known to be N within their own error (docs/SAMPLING.md). With the mean m and the variance S^2 of
 * what one object adds, N m has the variance
 *
 *   N^2 (1 - k/N) S^2 / k  +  m^2 Var(N)
 *
 * (Cochran 1977, 2.6 and 4.A.1). Sites of the recording are drawn apart: their variances add up.
 * The interval is of the line through this run. It says nothing of the next run, nor how straight
 * the growth is. `slope` (tests/unit) holds it against simulated programs. */
#pragma once

#include "advise/sites.h"

struct slope {
  double per_second; /* bytes, or objects */
  double plus_minus; /* half of the 95% interval */
};

/* The slope of the live bytes, or of the number of live objects. The run took run_ns. An object that
 * ended in the last hundredth of it lives on here: a program may tidy up. Zero where memory is
 * exhausted or nothing is known. */
struct slope slope_of_bytes(const struct advise_site *site, double run_ns);
struct slope slope_of_objects(const struct advise_site *site, double run_ns);

/* Whether the site makes objects throughout the run, to its end: each fifth of it has 6% of the
 * bytes that are born, where 20% would be even. */
bool slope_is_steady(const struct advise_site *site, double run_ns);

/* Whether it grows for sure. */
static inline bool slope_is_up(const struct slope *slope) {
  return slope->per_second > slope->plus_minus;
}
