/* Estimates that agree with what is known.
 *
 * A sampled allocation stands for d = 1/p allocations (model/error_bar.h). Sums of such weights
 * miss the totals that are known without sampling. Calibration (Deville and Saerndal 1992) moves
 * each weight a little, so that the sums become the totals: a part of a known whole is then as sure
 * as its share is, and the parts add up.
 *
 * A *margin* is a total that is known: the calls of a range of sizes, the bytes that were asked for
 * at some rates, the blocks that live or lived at the peak. x_k are the values of the margins for
 * allocation k: 1, its size, 1 and 1, or 0 where it is not of the margin. The new weight is
 *
 *     w_k = d_k (1 + q_k x_k' lambda),   q_k = (1 - p_k) / p_k,   but at least 1
 *
 * with lambda such that the sum of w_k x_k is the totals t. Allocations are moved in proportion to
 * what they add to the variance: one that was surely sampled is not moved at all. For independent
 * draws this q makes the estimate the optimal regression estimator (Montanari 1987):
 *
 *     y_new = y + c' V^-1 (t - x),   variance V_y - c' V^-1 c
 *
 * V is the covariance matrix of the margins' estimates, c that of a figure y and the margins. Sums
 * of products over the samples estimate both, with (1 - p) / p^2 for each sampled allocation.
 *
 * Only sizes of which there are enough samples have a margin of their own. The other sizes' part in
 * the bytes and in the live blocks is known by their calls, roughly. So those margins' totals have
 * a standard deviation, sigma; with S, the diagonal matrix of their squares, (V + S)^-1 takes the
 * place of V^-1 above (ridge calibration). */
#pragma once

#include "model/cholesky.h"
#include "model/known_totals.h"

enum { CALIBRATION_MARGINS = CHOLESKY_MOST };

struct calibration {
  int n_margins;
  /* The margin of each; CALIBRATION_MARGINS: none. A sample of a size without a margin has none. */
  uint8_t of_size[SIZE_LOGS], of_rate[RATE_LOGS], of_live, of_peak;
  double unit[CALIBRATION_MARGINS];   /* each margin is counted in: its standard deviation */
  double sigma[CALIBRATION_MARGINS];  /* of the totals, in these units; 0: known for sure */
  double lambda[CALIBRATION_MARGINS]; /* for margins in these units */
  /* At most so many bytes and allocations are of sizes without a margin. */
  double rest_bytes, rest_calls;
  double largest_rate;
  /* The covariances are estimates, too: by this factor a residual is larger than they say. */
  double inflation;
  struct cholesky covariance; /* V + S of the margins in these units */
};

/* Allocations of about one size that were sampled at one rate: how many, how many of them live, and
 * how many lived at the peak. Blocks that live now are taken to have lived then, as far as there
 * were so many. */
struct calibration_item {
  double size, rate, drawn, live, peak;
};

/* Figures at the peak have one of their own. The number of blocks at the peak is a margin of theirs
 * alone: the peak is the largest of many estimates, so chance has raised its samples' sum, and as a
 * margin of all figures it would draw down whatever lives now and lived then. */
struct calibrations {
  struct calibration now, at_peak;
};

/* False if there is nothing to calibrate, or the totals cannot be those of these samples: one lies
 * more than six standard deviations from its estimate. Where only the blocks at the peak cannot be,
 * at_peak is as now. */
bool calibrations_init(struct calibrations *ret, const struct known_totals *known,
                       const struct calibration_item *items, size_t n);
