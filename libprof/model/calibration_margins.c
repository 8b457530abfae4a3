#include "model/calibration_margins.h"

#include "model/error_bar.h"

#include <math.h>

static void add_value(const struct calibration *c, struct margin_values *values, int margin,
                      double value) {
  if (margin == NO_MARGIN)
    return;
  values->margin[values->n] = margin;
  values->value[values->n++] = value / c->unit[margin];
}

struct margin_values margin_values_of(const struct calibration *c, double size, double rate,
                                      bool live, bool peak) {
  struct margin_values values = {0};
  int of_size = c->of_size[size_log(size)];
  if (of_size == NO_MARGIN)
    return values;
  add_value(c, &values, of_size, 1);
  add_value(c, &values, c->of_rate[rate_log(rate)], size);
  if (live)
    add_value(c, &values, c->of_live, 1);
  if (peak)
    add_value(c, &values, c->of_peak, 1);
  return values;
}

bool item_is_sampled(const struct calibration_item *item) {
  return item->rate > 1 && item->drawn > 0;
}

struct draw draw_of(double size, double rate) {
  double p = sampling_probability(rate, size);
  return (struct draw){1 / p, (1 - p) / p / p};
}

double draw_calibrated(const struct calibration *c, const struct draw *draw,
                       const struct margin_values *values, bool *is_least) {
  double moved = 0;
  for (int i = 0; i < values->n; i++)
    moved += values->value[i] * c->lambda[values->margin[i]];
  double weight = draw->weight + draw->spread * moved;
  *is_least = weight < 1;
  return fmax(weight, 1);
}

void item_split(const struct calibration_item *item, struct item_part *parts) {
  double live = fmin(item->live, item->drawn), peak = fmin(item->peak, item->drawn);
  double both = fmin(live, peak);
  parts[0] = (struct item_part){both, true, true};
  parts[1] = (struct item_part){live - both, true, false};
  parts[2] = (struct item_part){fmin(peak - both, item->drawn - live), false, true};
  parts[3] = (struct item_part){item->drawn - live - parts[2].drawn, false, false};
}
