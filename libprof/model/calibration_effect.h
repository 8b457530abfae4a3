/* The effect of calibration on figures: on their values, and on how sure they are. */
#pragma once

#include "model/calibration.h"

/* How many they stand for. */
struct calibration_estimate {
  double drawn, live, peak, freed;
};

/* Without calibration, c may be NULL. */
struct calibration_estimate calibration_estimate(const struct calibration *c,
                                                 const struct calibration_item *item);

/* Adds to margins[], the covariance of a figure with the margins, that of `drawn` sampled
 * allocations which count `each` in the figure; `live` of them live, `peak` lived at the peak. */
void calibration_covary(const struct calibration *c, const struct calibration_item *item,
                        double each, double *margins);

/* The part of the figure's variance that calibration leaves, 0 to 1. */
double calibration_leaves(const struct calibration *c, const double *margins, double variance);

/* By how much one more sample, of a site that has none, would move the figure: the known totals stay
 * as they are, so what that site has, others have not. The most it can go down and up, over all
 * sizes with a margin. */
struct calibration_shift {
  double down, up;
};
struct calibration_shift calibration_shift(const struct calibration *c, const double *margins);
