/* Growth over snapshots of one process: the sites whose live bytes grew from each to the next.
 *
 * The slope is that of the line of least squares through the live bytes L_i at the times t_i of the
 * snapshots. As a sum over increments d_k = L_k - L_(k-1) it is
 *
 *   sum of b_k d_k,    b_k = sum over i >= k of (t_i - mean t) / sum of all (t_i - mean t)^2
 *
 * An increment is what came less what went (docs/SAMPLING.md), which were drawn at different times.
 * At most min(A_k - A_(k-1), L_k) came, A being the bytes that were allocated so far, and the rest
 * of it went. Each byte of either has the variance that a live byte of its snapshot has. An object
 * that comes in one increment and goes in another counts twice, so the interval is wide rather than
 * narrow.
 *
 * `series` (tests/unit) holds it against simulated programs. */
#pragma once

#include "model/advice.h"

enum { SERIES_FEWEST = 3 };

/* The profiles, in any order, are put in that of their times. The items point into the latest,
 * which goes to *latest. At most `most` items, best first. ERROR_BAD_INPUT, with the name at
 * fault, for profiles of several processes, fewer than SERIES_FEWEST, two of one time, and those
 * without live bytes. */
struct error *advise_series(const struct profile *const *profiles, const char *const *names,
                            size_t n, size_t most, struct advice *ret,
                            const struct profile **latest);

/* A site in a snapshot: ns since the process began; bytes. */
struct series_point {
  double time, live, variance, allocated;
};
struct series_growth {
  double per_second, plus_minus;  /* bytes; half of the 95% interval */
  double grown, grown_plus_minus; /* from the first to the last */
  bool each; /* it grew from each snapshot to the next, by 30% of what is even at least */
};

/* The growth over n points with times that ascend, two at least. */
struct series_growth series_growth_of(const struct series_point *points, size_t n);
