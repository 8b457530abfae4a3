/* From the figures of the profiles to "over", "ok" or "insufficient data", in two steps:
 *
 * 1. compare_absolute and compare_relative measure. For each limit, or each site of a limit, they
 *    note the new value v, the base b, and what makes v - b uncertain:
 *    - sampling: the variances of both estimates add up (model/error_bar.h), and the largest weight
 *      of one sample says how skewed they may be;
 *    - spread: the standard deviation of several bases beyond what sampling explains. b is then
 *      their mean.
 * 2. comparisons_decide knows how many comparisons are uncertain, n, and gives each the same share
 *    of the chance to be wrong: alpha = (1 - confidence) / n (Bonferroni). A comparison's bar is
 *      sqrt(Bernstein(alpha)^2 + (Student(alpha, k - 1) spread sqrt(1 + 1/k))^2)
 *    for k bases (budget/bounds.h), and 0 where nothing is uncertain.
 *
 * A figure of an absolute limit may be larger by what went unseen, ln(1 / alpha) times what a
 * sample of the largest rate stands for. It makes a limit undecided, never over. For a limit on
 * each site one comparison stands for all sites that have no sample.
 *
 * A limit is over if the figure exceeds it even when the bar is taken off. It is undecided
 * ("insufficient data") if it is not over but could be with the bar added, or if there are too few
 * samples. Otherwise it is ok. By the default budget (by_chance) a figure that shows no growth is
 * ok, however wide the bar. */
#include "budget/compare.h"

#include "base/cleanup.h"
#include "base/vector.h"

#include <math.h>
#include <string.h>

/* An estimate of fewer samples than this says nothing. */
#define FEW_SAMPLES 10

/* The bases' figures as one: of mean, error of the mean, and spread. */
struct base_figure {
  double mean, variance, weight, unseen, size, spread;
};

/* Whether the bases' variance about their mean is more than their own sampling makes: (k - 1) s^2 /
 * v has the mean k - 1 and the variance 2 (k - 1) if it is not; more than 3 deviations above is. */
static bool exceeds_sampling(double square, double sampling, size_t k) {
  double freedom = (double)(k - 1);
  return freedom * square > sampling * (freedom + 3 * sqrt(2 * freedom));
}

/* figures[i * stride] for i of k bases. */
static struct base_figure base_join(const struct figure *figures, size_t k, size_t stride) {
  struct base_figure base = {0};
  double square = 0, sampling = 0;
  for (size_t i = 0; i < k; i++) {
    base.mean += figures[i * stride].value / (double)k;
    sampling += figures[i * stride].error.variance / (double)k;
    base.weight = fmax(base.weight, figures[i * stride].error.weight / (double)k);
    base.unseen += figures[i * stride].error.unseen / (double)k;
    base.size = fmax(base.size, figures[i * stride].size);
  }
  base.variance = sampling / (double)k;
  for (size_t i = 0; i < k && k > 1; i++)
    square += pow(figures[i * stride].value - base.mean, 2) / (double)(k - 1);
  if (square > 0 && exceeds_sampling(square, sampling, k))
    base.spread = sqrt(square - sampling);
  return base;
}

/* How many samples of equal weight an estimate is worth. */
static double samples_of(double value, double variance) {
  return variance > 0 ? value * value / variance : INFINITY;
}

/* Bytes that went unseen, as what the figure counts: bytes, or objects of this size. */
static double unseen_as(double unseen, double size) {
  return size > 0 ? unseen / (size + 1) : unseen;
}

/* The base may be larger by what went unseen there. More of the new figure
 * than was seen would be no excuse. Objects are as large as the sampled ones of either. */
static double unseen_of(const struct base_figure *base, const struct figure *new) {
  return unseen_as(base->unseen, base->size > 0 ? base->size : new->size);
}

static struct comparison relate(const struct budget_limit *limit, const struct base_figure *base,
                                const struct figure *new) {
  double variance = base->variance + new->error.variance;
  return (struct comparison){
      .limit = limit,
      .relative = true,
      .base = base->mean,
      .value = new->value,
      .percent = limit->growth_percent,
      .floor = limit->floor_value,
      .error = {variance, fmax(base->weight, new->error.weight), unseen_of(base, new)},
      .spread = base->spread,
      .few = variance > 0 && fmax(samples_of(base->mean, base->variance),
                                  samples_of(new->value, new->error.variance)) < FEW_SAMPLES,
  };
}

static struct comparison of_value(const struct budget_limit *limit, const struct figure *figure) {
  return (struct comparison){
      .limit = limit,
      .value = figure->value,
      .error = {figure->error.variance, figure->error.weight, 0},
      .few = samples_of(figure->value, figure->error.variance) < FEW_SAMPLES,
      .unseen = unseen_as(figure->error.unseen, figure->size),
  };
}

static struct error *comparison_push(struct comparisons *comparisons,
                                     const struct comparison *comparison) {
  return VECTOR_PUSH(comparisons, *comparison) ? NULL : &error_no_memory;
}

/* All sites without a sample as one, which has as much as any of them may have. */
static struct error *push_without_sample(struct comparisons *comparisons,
                                         const struct budget_limit *limit, double unseen) {
  struct comparison comparison = {.limit = limit, .unseen = unseen, .without_sample = true};
  return unseen > 0 ? comparison_push(comparisons, &comparison) : NULL;
}

/* All profiles' figures by site, profile after profile, the new one last; the caller's to free. */
static struct error *measure_all(const struct budget *budget, const struct budget_limit *limit,
                                 const struct sites *sites, struct figure **ret) {
  _cleanup_free_ struct figure *figures =
      calloc((sites->n_bases + 1) * (sites->n_sites + 1), sizeof(*figures));
  struct error *err = figures ? NULL : &error_no_memory;
  for (size_t i = 0; i <= sites->n_bases && !err; i++)
    err = measure_sites(budget, limit, sites, i, &figures[i * sites->n_sites]);
  if (!err)
    *ret = no_cleanup_ptr(figures);
  return err;
}

static struct error *relate_sites(struct comparisons *comparisons, const struct budget *budget,
                                  const struct budget_limit *limit, const struct sites *sites) {
  _cleanup_free_ struct figure *figures = NULL;
  struct error *err = measure_all(budget, limit, sites, &figures);
  for (uint32_t i = 0; i < sites->n_sites && !err; i++) {
    struct base_figure base = base_join(&figures[i], sites->n_bases, sites->n_sites);
    struct comparison comparison =
        relate(limit, &base, &figures[sites->n_bases * sites->n_sites + i]);
    comparison.by_site = true;
    comparison.site = i;
    if (comparison.base != 0 || comparison.value != 0)
      err = comparison_push(comparisons, &comparison);
  }
  return err;
}

struct error *compare_relative(struct comparisons *comparisons, const struct budget *budget,
                               const struct budget_limit *limit, const struct sites *sites) {
  if (!sites->n_bases)
    return error_create(ERROR_CANNOT,
                        "the limit on growth of %s needs something to compare with: give --base",
                        limit->metric);
  if (limit->each == EACH_SITE)
    return relate_sites(comparisons, budget, limit, sites);
  _cleanup_free_ struct figure *figures = calloc(sites->n_bases + 1, sizeof(*figures));
  struct error *err = figures ? NULL : &error_no_memory;
  for (size_t i = 0; i <= sites->n_bases && !err; i++)
    err = measure_sum(budget, limit, sites, i, &figures[i]);
  if (err)
    return err;
  struct base_figure base = base_join(figures, sites->n_bases, 1);
  struct comparison comparison = relate(limit, &base, &figures[sites->n_bases]);
  return comparison_push(comparisons, &comparison);
}

static struct error *value_sites(struct comparisons *comparisons, const struct budget *budget,
                                 const struct budget_limit *limit, const struct sites *sites) {
  _cleanup_free_ struct figure *figures = calloc(sites->n_sites + 1, sizeof(*figures));
  struct error *err =
      figures ? measure_sites(budget, limit, sites, sites->n_bases, figures) : &error_no_memory;
  for (uint32_t i = 0; i < sites->n_sites && !err; i++) {
    struct comparison comparison = of_value(limit, &figures[i]);
    comparison.by_site = true;
    comparison.site = i;
    comparison.unseen = 0;
    if (comparison.value != 0)
      err = comparison_push(comparisons, &comparison);
  }
  if (!err)
    err = push_without_sample(comparisons, limit,
                              measure_unseen(sites_new(sites)->profile, limit->metric));
  return err;
}

struct error *compare_absolute(struct comparisons *comparisons, const struct budget *budget,
                               const struct budget_limit *limit, const struct sites *sites) {
  if (limit->each == EACH_SITE)
    return value_sites(comparisons, budget, limit, sites);
  struct figure figure;
  struct error *err = measure_sum(budget, limit, sites, sites->n_bases, &figure);
  if (err)
    return err;
  struct comparison comparison = of_value(limit, &figure);
  return comparison_push(comparisons, &comparison);
}

static void decide_absolute(struct comparison *c) {
  c->allowed = c->limit->max_value;
  if (c->value - c->bar > c->allowed)
    c->state = VERDICT_OVER;
  else if ((c->bar > 0 && c->few) || c->value + hypot(c->bar, c->more) > c->allowed)
    c->state = VERDICT_INSUFFICIENT;
}

/* The floor itself fails, the percentage itself does not: "at or above the floor", "at most 5%". */
static bool is_over(const struct comparison *c, double growth) {
  return growth > c->percent / 100 * fabs(c->base) && growth >= c->floor;
}

/* A limit that says how much may grow asks whether it is kept; the default one only whether there
 * is growth: what shows none is ok, however wide the bar. */
static void decide_relative(struct comparison *c) {
  double growth = c->value - c->base;
  c->allowed = fmax(c->percent / 100 * fabs(c->base), c->floor);
  if (is_over(c, growth - c->bar))
    c->state = VERDICT_OVER;
  else if (c->bar > 0 && (c->few || is_over(c, c->limit->by_chance ? growth : growth + c->bar)))
    c->state = VERDICT_INSUFFICIENT;
}

static bool is_uncertain(const struct comparison *comparison) {
  return is_estimate(&comparison->error) || comparison->spread > 0 || comparison->unseen > 0;
}

void comparisons_decide(struct comparisons *comparisons, double confidence, size_t n_bases) {
  size_t n = 0;
  for (size_t i = 0; i < comparisons->count; i++)
    n += is_uncertain(&comparisons->data[i]);
  double alpha = (1 - confidence / 100) / (double)(n ? n : 1);
  double student = n && n_bases > 1 ? bound_student(alpha, (int)n_bases - 1) : 0;
  for (size_t i = 0; i < comparisons->count; i++) {
    struct comparison *c = &comparisons->data[i];
    c->alpha = alpha;
    if (is_estimate(&c->error))
      c->bar = bound_sampling(c->error, alpha);
    c->more = bound_sampling((struct uncertainty){0, 0, c->unseen}, alpha);
    if (c->spread > 0)
      c->bar = hypot(c->bar, student * c->spread * sqrt(1 + 1 / (double)n_bases));
    (c->relative ? decide_relative : decide_absolute)(c);
  }
}

struct error *compare_base_means(const struct budget *budget, const struct budget_limit *limit,
                                 const struct sites *sites, struct figure *ret) {
  double k = (double)sites->n_bases;
  _cleanup_free_ struct figure *figures = calloc(sites->n_sites + 1, sizeof(*figures));
  struct error *err = figures ? NULL : &error_no_memory;
  memset(ret, 0, sites->n_sites * sizeof(*ret));
  for (size_t i = 0; i < sites->n_bases && !err; i++) {
    err = measure_sites(budget, limit, sites, i, figures);
    for (size_t n = 0; n < sites->n_sites && !err; n++) {
      ret[n].value += figures[n].value / k;
      ret[n].error.variance += figures[n].error.variance / k / k;
      ret[n].error.weight = fmax(ret[n].error.weight, figures[n].error.weight / k);
    }
  }
  return err;
}
