/* How far chance may carry a difference: one-sided bounds that hold with a stated probability for
 * few samples, too. */
#pragma once

#include <stdbool.h>

/* A figure as sampling knows it: what an estimate's error is made of. */
struct uncertainty {
  double variance; /* of the estimate, by model/error_bar.h */
  double weight;   /* the most that one sample stands for */
  /* The same of one sample more than there is: the figure may be larger by what a rate of the
   * profile let pass by (model/rates.h). */
  double unseen;
};

/* Whether the figure is an estimate. */
static inline bool is_estimate(const struct uncertainty *uncertainty) {
  return uncertainty->variance > 0 || uncertainty->unseen > 0;
}

/* Bernstein's inequality: a sum of independent terms, each at most `weight` from its mean, exceeds
 * its mean by more than
 *   t = L w / 3 + sqrt((L w / 3)^2 + 2 L V),   L = ln(1 / alpha)
 * with a probability of at most alpha. No term need be normal, so that the bound holds for sites of
 * a handful of samples, whose estimates are skewed; a normal bound does not.
 *
 * A Poisson count of 0 whose mean is above L has a probability below alpha. So what has no sample
 * may be L `unseen`; the two bounds add up in squares. */
double bound_sampling(struct uncertainty uncertainty, double alpha);

/* Student's t: exceeded with probability alpha (one-sided) at `freedom` >= 1 degrees. */
double bound_student(double alpha, int freedom);
