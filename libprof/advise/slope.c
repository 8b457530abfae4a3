#include "advise/slope.h"

#include "base/cleanup.h"
#include "model/error_bar.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PARTS = 5 };
/* The part of the bytes that are born in a fifth of the time; 0.2 if all fifths are alike. */
#define LEAST_IN_A_PART 0.06

/* The histories of one site of the recording: their objects, and sums over them. */
struct stratum {
  double n, objects;      /* histories; objects that they stand for */
  double sum, squares;    /* of what one object adds to the slope */
  double values;          /* of the n */
  double variance_shares; /* in proportion to the variance of `objects`, in values squared */
};

static int by_stack(const struct profile_sample *a, const struct profile_sample *b) {
  if (a->n_locations != b->n_locations)
    return a->n_locations < b->n_locations ? -1 : 1;
  return a->n_locations ? memcmp(a->locations, b->locations, a->n_locations * sizeof(*a->locations))
                        : 0;
}

static int by_stratum(const void *a, const void *b) {
  const struct life *x = *(const struct life *const *)a, *y = *(const struct life *const *)b;
  int order = by_stack(x->birth, y->birth);
  return order ? order : (x->objects > y->objects) - (x->objects < y->objects);
}

/* The histories of one site of the recording have one stack, and weights that differ by their
 * rounding alone. */
static bool is_of_stratum(const struct life *first, const struct life *life) {
  return !by_stack(first->birth, life->birth) && life->objects <= first->objects + 1;
}

static double one_adds(const struct life *life, double value, double run) {
  double end = life->born + life->lived;
  bool ends = life_has_ended(life) && end < ADVISE_TIDIES_UP * run;
  double area = life->born * (run - life->born) - (ends ? end * (run - end) : 0);
  return 6 * value * area / (run * run * run);
}

/* N/k is 1/p where a reservoir is not full, and at least that where it is, so that the sum of shares
 * is no less than the variance of all numbers. Only the proportions count. */
static void stratum_add(struct stratum *stratum, const struct life *life, double value,
                        double run) {
  double adds = one_adds(life, value, run);
  stratum->n++;
  stratum->objects += life->objects;
  stratum->sum += adds;
  stratum->squares += adds * adds;
  stratum->values += value;
  stratum->variance_shares += life->objects * fmax(life->objects - 1, 0) * value * value;
}

/* The variance of the part that the choice of histories is responsible for. */
static double variance_of_choice(const struct stratum *s) {
  double mean = s->sum / s->n, rest = fmax(1 - s->n / s->objects, 0);
  if (s->n < 2) /* nothing says how alike its objects are: as of one that was drawn by itself */
    return s->objects * fmax(s->objects - 1, 0) * mean * mean;
  double scatter = fmax(s->squares - s->n * mean * mean, 0) / (s->n - 1);
  return s->objects * s->objects * rest * scatter / s->n;
}

/* Sums over the strata. */
struct sums {
  double slope, choice, shares, weighted; /* `weighted`: shares times the square of the means */
};

static void sums_add(struct sums *sums, const struct stratum *s) {
  if (s->n < 1)
    return;
  double mean = s->sum / s->n, of_one = s->values > 0 ? s->sum / s->values : 0;
  sums->slope += s->objects * mean;
  sums->choice += variance_of_choice(s);
  sums->shares += s->variance_shares;
  sums->weighted += s->n < 2 ? 0 : s->variance_shares * of_one * of_one;
}

static double value_of(const struct life *life, bool bytes) {
  return bytes ? life->size : 1;
}

static struct slope slope_of(const struct advise_site *site, double run, bool bytes) {
  size_t n = site->lives.count;
  _cleanup_free_ const struct life **lives = calloc(n + 1, sizeof(*lives));
  struct stratum stratum = {0};
  struct sums sums = {0};
  if (!lives || run <= 0 || !n)
    return (struct slope){0};
  memcpy(lives, site->lives.data, n * sizeof(*lives));
  qsort(lives, n, sizeof(*lives), by_stratum);
  for (size_t i = 0, first = 0; i < n; i++) {
    if (i && !is_of_stratum(lives[first], lives[i])) {
      sums_add(&sums, &stratum);
      stratum = (struct stratum){0};
      first = i;
    }
    stratum_add(&stratum, lives[i], value_of(lives[i], bytes), run);
  }
  sums_add(&sums, &stratum);
  double each = !bytes && site->objects > 0 ? site->bytes / site->objects : 1;
  double of_numbers = sums.shares > 0 ? site->alloc_variance / (each * each) / sums.shares : 0;
  double variance = sums.choice + fmin(of_numbers, 1) * sums.weighted;
  return (struct slope){1e9 * sums.slope, 1e9 * error_bar(variance)};
}

struct slope slope_of_bytes(const struct advise_site *site, double run_ns) {
  return slope_of(site, run_ns, true);
}

struct slope slope_of_objects(const struct advise_site *site, double run_ns) {
  return slope_of(site, run_ns, false);
}

bool slope_is_steady(const struct advise_site *site, double run_ns) {
  double parts[PARTS] = {0}, all = 0;
  for (size_t i = 0; i < site->lives.count; i++) {
    const struct life *life = site->lives.data[i];
    int part = (int)fmax(fmin(PARTS * life->born / run_ns, PARTS - 1), 0);
    parts[part] += life->objects * life->size;
    all += life->objects * life->size;
  }
  for (int i = 0; i < PARTS; i++)
    if (parts[i] < LEAST_IN_A_PART * all)
      return false;
  return true;
}
