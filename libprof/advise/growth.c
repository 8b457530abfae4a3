#include "advise/growth.h"

#include <math.h>
#include <stdlib.h>

static int by_size(const void *a, const void *b) {
  double x = ((const struct step *)a)->life->size, y = ((const struct step *)b)->life->size;
  return (x > y) - (x < y);
}

static double bytes_copied(const struct step *step) {
  const struct life *life = step->life;
  return step->given_up && life->end != LIFE_GREW_IN_PLACE ? life->objects * life->size : 0;
}

static void add_step(struct growth *growth, const struct step *step) {
  *(step->given_up ? &growth->grown : &growth->chains) += step->life->objects;
  growth->copied += bytes_copied(step);
}

struct growth growth_of(const struct step *steps, size_t n) {
  struct growth growth = {0};
  for (size_t i = 0; i < n; i++)
    add_step(&growth, &steps[i]);
  return growth;
}

struct reserve growth_best_reserve(struct step *steps, size_t n, const struct growth *growth) {
  struct reserve best = {0};
  struct growth gone = {0};
  double bytes = 0;
  qsort(steps, n, sizeof(*steps), by_size);
  for (size_t i = 0; i < n; i++) {
    double size = steps[i].life->size;
    bytes += steps[i].life->objects * size;
    add_step(&gone, &steps[i]);
    double saved = bytes - growth->chains * size;
    if ((i + 1 < n && steps[i + 1].life->size == size) || saved < best.bytes)
      continue;
    double go_on = growth->chains - gone.chains; /* chains that copy their reserve, once */
    best = (struct reserve){size, saved, gone.grown - go_on, fmax(gone.copied - go_on * size, 0)};
  }
  return best;
}
