#include "advise/weighted.h"

#include "model/lives.h"

#include <stdlib.h>

static int by_value(const void *a, const void *b) {
  double x = ((const struct weighted *)a)->value, y = ((const struct weighted *)b)->value;
  return (x > y) - (x < y);
}

void weighted_sort(struct weighted *all, size_t n) {
  qsort(all, n, sizeof(*all), by_value);
}

double weighted_quantile(const struct weighted *all, size_t n, double sum, double part) {
  double below = 0;
  for (size_t i = 0; i < n; i++) {
    below += all[i].weight;
    if (below >= part * sum)
      return all[i].value;
  }
  return n ? all[n - 1].value : LIFE_UNKNOWN;
}
