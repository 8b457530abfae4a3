/* How far chance may carry a difference: one-sided bounds that hold with a stated probability for
 * few samples, too. */
#pragma once

/* A figure as sampling knows it: what an estimate's error is made of. */
struct uncertainty {
  double variance; /* of the estimate, by model/error_bar.h */
  double weight;   /* the most that one sample stands for */
};

/* Bernstein's inequality: a sum of independent terms, each at most `weight` from its mean, exceeds
 * its mean by more than
 *   t = L w / 3 + sqrt((L w / 3)^2 + 2 L V),   L = ln(1 / alpha)
 * with a probability of at most alpha. No term need be normal, so that the bound holds for sites of
 * a handful of samples, whose estimates are skewed; a normal bound does not. */
double bound_sampling(struct uncertainty uncertainty, double alpha);

/* Student's t: exceeded with probability alpha (one-sided) at `freedom` >= 1 degrees. */
double bound_student(double alpha, int freedom);
