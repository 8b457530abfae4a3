#include "advise/siblings.h"

#include "advise/weighted.h"
#include "base/cleanup.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int by_stack(const void *a, const void *b) {
  const struct profile_sample *x = (*(const struct life *const *)a)->birth,
                              *y = (*(const struct life *const *)b)->birth;
  if (x->n_locations != y->n_locations)
    return (x->n_locations > y->n_locations) - (x->n_locations < y->n_locations);
  return memcmp(x->locations, y->locations, x->n_locations * sizeof(*x->locations));
}

/* Appends the lives of one stack whose siblings are known, and the siblings that their site had
 * meanwhile: theirs are of their own stack, and the other stacks have the part `others` of the site's
 * objects, of which its thread makes `per_call` an allocation. */
static size_t add_siblings(struct weighted *to, const struct life *const *lives, size_t n,
                           double others, double per_call) {
  size_t known = 0;
  for (size_t i = 0; i < n; i++)
    if (life_has_ended(lives[i]) && lives[i]->siblings >= 0)
      to[known++] = (struct weighted){lives[i]->siblings +
                                          floor(others * fmax(lives[i]->calls, 0) * per_call),
                                      lives[i]->objects};
  return known;
}

static double objects_of(const struct life *const *lives, size_t n) {
  double objects = 0;
  for (size_t i = 0; i < n; i++)
    objects += lives[i]->objects;
  return objects;
}

double siblings_nine_tenths(const struct advise_site *site, double per_call) {
  size_t n = site->lives.count, known = 0;
  double sum = 0, objects = fmax(site->objects, 1);
  _cleanup_free_ const struct life **lives = calloc(n + 1, sizeof(*lives));
  _cleanup_free_ struct weighted *siblings = calloc(n + 1, sizeof(*siblings));
  if (!lives || !siblings || !n)
    return LIFE_UNKNOWN;
  memcpy(lives, site->lives.data, n * sizeof(const struct life *));
  qsort(lives, n, sizeof(const struct life *), by_stack);
  for (size_t first = 0, end; first < n; first = end) {
    for (end = first + 1; end < n && !by_stack(&lives[first], &lives[end]);)
      end++;
    double part = objects_of(&lives[first], end - first) / objects;
    known += add_siblings(&siblings[known], &lives[first], end - first, 1 - part, per_call);
  }
  for (size_t i = 0; i < known; i++)
    sum += siblings[i].weight;
  weighted_sort(siblings, known);
  return weighted_quantile(siblings, known, sum, 0.9);
}
