/* One sampled allocation as calibration sees it: which margins it belongs to, with what it counts in
 * them, and what it stands for. Private to calibration_*.c. */
#pragma once

#include "model/calibration.h"

enum { NO_MARGIN = CALIBRATION_MARGINS };

/* The values of an allocation's margins, in their units: those that are not 0. */
struct margin_values {
  int n, margin[4];
  double value[4];
};

struct margin_values margin_values_of(const struct calibration *c, double size, double rate,
                                      bool live, bool peak);

/* An allocation that was sampled with probability p: 1 / p, and what one adds to the variance of a
 * count, (1 - p) / p^2. */
struct draw {
  double weight, spread;
};

struct draw draw_of(double size, double rate);

/* How many allocations one stands for; *is_least: the least there can be, 1. */
double draw_calibrated(const struct calibration *c, const struct draw *draw,
                       const struct margin_values *values, bool *is_least);

/* Whether chance took part: at a rate of 1 or less all were recorded. */
bool item_is_sampled(const struct calibration_item *item);

/* Allocations of one item that have the same margins. */
struct item_part {
  double drawn;
  bool live, peak;
};
enum { ITEM_PARTS = 4 };

void item_split(const struct calibration_item *item, struct item_part *parts);
