#include "model/calibration_effect.h"

#include "model/calibration_margins.h"
#include "model/error_bar.h"

#include <math.h>

#define LEAST_LEFT 1e-7 /* of the variance: less is lost in rounding */

struct calibration_estimate calibration_estimate(const struct calibration *c,
                                                 const struct calibration_item *item) {
  struct item_part parts[ITEM_PARTS];
  struct calibration_estimate sum = {0};
  struct draw draw = draw_of(item->size, item->rate);
  item_split(item, parts);
  for (int i = 0; i < ITEM_PARTS; i++) {
    bool least;
    struct margin_values x = {0};
    if (c && item->rate > 1)
      x = margin_values_of(c, item->size, item->rate, parts[i].live, parts[i].peak);
    double estimate = parts[i].drawn * (c ? draw_calibrated(c, &draw, &x, &least) : draw.weight);
    sum.drawn += estimate;
    sum.live += parts[i].live ? estimate : 0;
    sum.peak += parts[i].peak ? estimate : 0;
    sum.freed += parts[i].live ? 0 : estimate;
  }
  return sum;
}

void calibration_covary(const struct calibration *c, const struct calibration_item *item,
                        double each, double *margins) {
  if (!item_is_sampled(item))
    return;
  struct draw draw = draw_of(item->size, item->rate);
  struct margin_values x = margin_values_of(c, item->size, item->rate, true, true);
  for (int i = 0; i < x.n; i++) {
    double n = x.margin[i] == c->of_live   ? item->live
               : x.margin[i] == c->of_peak ? item->peak
                                           : item->drawn;
    margins[x.margin[i]] += n * draw.spread * each * x.value[i];
  }
}

double calibration_leaves(const struct calibration *c, const double *margins, double variance) {
  if (!(variance > 0))
    return 1;
  double left = 1 - cholesky_form(&c->covariance, margins) / variance;
  return fmin(fmax(left, LEAST_LEFT) * c->inflation, 1);
}

/* -c' A^-1 x for one more allocation, which stands for 1/p. */
static double moved_by(const struct calibration *c, const double *solution, double size, bool live,
                       bool peak) {
  struct margin_values x = margin_values_of(c, size, c->largest_rate, live, peak);
  double sum = 0;
  for (int i = 0; i < x.n; i++)
    sum -= solution[x.margin[i]] * x.value[i];
  return sum / sampling_probability(c->largest_rate, size);
}

struct calibration_shift calibration_shift(const struct calibration *c, const double *margins) {
  double solution[CALIBRATION_MARGINS];
  struct calibration_shift most = {0};
  cholesky_solve(&c->covariance, margins, solution);
  for (int log = 0; log < SIZE_LOGS; log++)
    for (int kind = 0; kind < 6 && c->of_size[log] != NO_MARGIN; kind++) {
      /* The smallest and the largest of its sizes; freed before the peak or after it, or live. */
      double size = kind % 2 ? ldexp(2, log) - 1 : ldexp(1, log);
      double by = moved_by(c, solution, size, kind >= 4, kind >= 2);
      most.down = fmax(most.down, -by);
      most.up = fmax(most.up, by);
    }
  return most;
}
