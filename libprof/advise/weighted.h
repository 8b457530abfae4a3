/* Values that weigh differently, as histories do, and their quantiles. Private to the folder. */
#pragma once

#include <stddef.h>

/* A value and how much it weighs. */
struct weighted {
  double value, weight;
};

void weighted_sort(struct weighted *all, size_t n);

/* The value that a part of the weights does not exceed; `sum` is that of the weights, and the values are
 * sorted. LIFE_UNKNOWN of none. */
double weighted_quantile(const struct weighted *all, size_t n, double sum, double part);
