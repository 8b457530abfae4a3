/* Error bars: how far a sampled figure may be from the truth.
 *
 * memprof (like Go and tcmalloc) samples bytes as a Poisson process: an allocation of s bytes at
 * mean distance R is sampled with probability
 *   p = 1 - exp(-(s + 1) / R)
 * (s + 1, so that a malloc(0) consumes one and can be sampled, too). Each sampled allocation stands
 * for 1/p allocations of its kind. A sample whose object estimate is X was therefore n = X p
 * sampled allocations. The Horvitz-Thompson variance of the estimate sums over these n:
 *   sum of (1 - p) / p^2 v^2  =  X (1 - p) / p v^2,     v = 1 for objects, v = s for space
 * The same holds for inuse, peak and freed figures, with that type's own X. The variances of
 * independent samples add up, so a node's variance is the sum over its samples.
 *
 * Where the numbers come from:
 * 1. Label "bytes" is s. Without it, s is the sample's space divided by its objects.
 * 2. Label "rate" is R. Without it, profile->default_rate is. R <= 1 says that the figure is exact:
 *    variance 0.
 * 3. The formula needs values as they were estimated: after profile_scale or profile_subtract it no
 *    longer describes them. */
#pragma once

#include "model/profile.h"

#define ERROR_BAR_Z 1.96 /* standard normal: 95% two-sided */

/* The variance of the estimate sample->values[type], in that type's unit squared. Never negative,
 * NaN or infinite. 0 when the figure is exact or when no object count goes with the type. */
double profile_sample_variance(const struct profile *profile, const struct profile_sample *sample,
                               int type);

/* The same for many samples of one type, without looking the type up each time. */
struct error_bars {
  const struct profile *profile;
  int type, objects, space;
  double unseen; /* profile_unseen (model/rates.h): 0 where the profile is exact */
  double looks;  /* of a peak: how many times over the heap was replaced; 1 for other types */
};

struct error_bars error_bars_of(const struct profile *profile, int type);
double error_bars_variance(const struct error_bars *bars, const struct profile_sample *sample);

/* The size of each of the sample's allocations, in bytes; -1 if nothing tells. */
double error_bars_size(const struct error_bars *bars, const struct profile_sample *sample);

/* The probability with which allocations of `size` bytes are picked at a rate; 1 at a rate of 1 or
 * less. */
double sampling_probability(double rate, double size);

/* The probability with which the allocations of the sample were picked; 1 if it is exact. */
double error_bars_probability(const struct error_bars *bars, const struct profile_sample *sample);

/* The probability with which the allocations of the sample were picked; 1 when the figures are
 * exact. */
double profile_sample_probability(const struct profile *profile,
                                  const struct profile_sample *sample);

/* Whether every sample's figure is exact (no sampling took part). */
bool profile_is_exact(const struct profile *profile);

/* Half the width of the 95% interval: the truth lies within estimate +- this in about 95 of 100
 * runs. */
double error_bar(double variance);
