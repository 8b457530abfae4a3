/* How sure a sampled figure is: a 95% interval for a sum over samples.
 *
 * Figures of few samples have no symmetric error bar. 76 KiB from one sample of a rate of 1 MiB may
 * be 0 or 4 MiB, and a site without a sample may have 3 MiB. The interval here is a gamma
 * interval for weighted sums of Poisson counts (after Fay and Feuer 1997, Fay and Kim 2017):
 *
 *   lower curve: a gamma distribution of cumulants U,     V,       2 T
 *   upper curve: a gamma distribution of cumulants U + w, V + w^2, 2 (T + w^3)
 *   low:         the quantile  2.5% of 60% lower and 40% upper curve
 *   high:        the quantile 97.5% of 40% lower and 60% upper curve
 *
 * U is the part of the estimate beyond the sampled objects themselves; V is the estimate's variance
 * and T its third moment: the sums of w_i, w_i^2 and w_i^3 where sample i stands for w_i. Three
 * cumulants determine a gamma distribution with a start of its own: that is how a figure made of
 * many precise samples and a few heavy ones keeps the skew of the heavy ones.
 *
 * Where blocks are about as large as the rate, what was not sampled is a few whole blocks or none.
 * The lower end is therefore one block (`grain`) lower than the continuous distribution's quantile.
 *
 * w is what one more sample would have stood for: the heaviest sample that there is, or a sample of
 * the largest rate in the profile even if this figure has none (model/rates.h). For one weight w
 * and n samples this lies between the exact Poisson interval (lower and upper curve alone), which
 * holds the truth in 95.1% to 97.5% of all cases, and the mid-p interval (half and half), which
 * falls to 91.7% where three samples are expected. It holds the truth in 93.9% to 97%, and in more
 * where less than ten samples are expected. No sample gives 0 to w ln 24, about 3.2 w.
 *
 * A peak is the largest of many estimates, so chance raises it. The tail of its lower end is
 * smaller by how many times over the heap was replaced, which is how many estimates are independent,
 * and by how often the estimate passes a height in between (docs/SAMPLING.md).
 *
 * Calibration leaves a part f of a figure's variance (model/calibration.h). Its cumulants are U, f V
 * and f (2 f - 1) T, as for a figure of many samples of one weight among others of that weight. One
 * sample more adds f w; one more elsewhere moves the figure, up or down, because the known totals
 * stay (calibration_shift). The upper curve has the most that it can move up, and a third curve, U
 * less the most that it can move down, takes 1 - f of the upper curve's part at the lower end.
 *
 * The interval of the figure before calibration holds as well, so each end is that of the narrower.
 *
 * A change of live figures within one process is what came less what went, two independent figures
 * (their allocations were drawn at different times). Its interval is that of their difference.
 *
 * Sampled bytes are known to be there, so the lower end is never below their sum. A number of
 * objects is taken to be of blocks as large as the sampled ones: a site may have any number of tiny
 * ones unseen. Coverage is tested in tests/unit/test_spread.c and tests/sampling. */
#pragma once

#include "model/calibrate.h"
#include "model/calibration_effect.h"
#include "model/error_bar.h"

/* The part of a change that went: its figure, and the same sums as of the part that came. */
struct spread_went {
  double value, seen, variance, third, weight, grain;
};

/* All that the interval of a figure is made of, in the unit of its sample type. All zero: exact. */
struct spread {
  double unseen;         /* bytes that a sample of the largest rate stands for; 0: exact */
  bool counts;           /* the figure is a number of objects */
  double looks;          /* it is the largest of so many estimates; 0 is 1 */
  double seen;           /* of the sampled objects themselves */
  double variance;       /* of the estimate, see error_bar.h */
  double third;          /* sum of the cubes of what the samples stand for */
  double weight;         /* the most that a sample stands for beyond itself */
  double grain;          /* of what was not sampled: the size of an object, if that is not more than
                            what the samples stand for beyond themselves */
  double objects, bytes; /* to know the mean size of an object */
  /* Where the figures are calibrated: the figure's covariance with the margins. */
  const struct calibration *calibration;
  double raw;    /* the figure before calibration */
  double beside; /* what the figure may have that no known total bounds; at most `unseen` counts */
  double margins[CALIBRATION_MARGINS];
  bool is_change; /* the sums above are of what came; never calibrated */
  struct spread_went went;
};

/* One end each, in the sample type's unit. */
struct interval {
  double low, high;
};

/* The spread of a sample of `objects` estimated objects, each of `size` bytes and drawn with the
 * probability p; `each` is what one counts for in the figure: 1 or its size. */
struct spread spread_of_objects(double objects, double size, double p, double each);

/* The spread of one sample, `bars` being those of the figure's type. Zero where the profile is
 * exact, or the type has no object count with it. */
struct spread spread_of_sample(const struct error_bars *bars, const struct profile_sample *sample);

/* Adds the other figure's, of the same profile or of another. Independent, as samples are. */
void spread_add(struct spread *spread, const struct spread *other);

/* The interval of the figure `value`. {value, value} if it is exact. A value below what was seen
 * (of a profile that was subtracted) gets the symmetric normal interval. */
struct interval spread_interval(const struct spread *spread, double value);

/* The parts of a figure's sampling error that calibration leaves: of its variance, and of what a
 * sample of the largest rate more would add to it; and the most that one more sample elsewhere
 * moves the figure. {1, 1, 0} where it is not calibrated. */
struct spread_left {
  double variance, unseen, shift;
};
struct spread_left spread_left(const struct spread *spread);

/* The interval of new - base, two independent figures, from their own intervals (MOVER: Zou and
 * Donner 2008). */
struct interval interval_difference(struct interval base, double base_value, struct interval now,
                                    double now_value);
