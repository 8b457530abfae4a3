#include "budget/measure.h"

#include "base/cleanup.h"
#include "budget/select.h"
#include "model/error_bar.h"
#include "model/sample_types.h"
#include "model/spread.h"
#include "model/totals.h"

#include <math.h>
#include <string.h>

/* The sums behind one figure. */
struct sum {
  double value, variance, weight;
  double freed;          /* lifetime: the objects that it is the mean of */
  double bytes, objects; /* of a count of objects, for their mean size */
  struct spread spread;  /* where the profile is calibrated */
};

struct measuring {
  const struct profile *profile;
  const char *metric;
  int type, allocs, live; /* sample types; the latter two for lifetimes */
  struct error_bars bars;
  bool is_calibrated;
};

static bool is_lifetime(const char *metric) {
  return !strcmp(metric, sample_types[SAMPLE_LIFETIME].name);
}

static int find_type(const struct profile *profile, const char *metric) {
  if (!strcmp(metric, BUDGET_LIVE_SITES))
    metric = sample_types[SAMPLE_INUSE_OBJECTS].name;
  return sample_type_named(profile, metric);
}

static int live_objects_type(const struct profile *profile) {
  return sample_type_named(profile, sample_types[SAMPLE_INUSE_OBJECTS].name);
}

bool measure_has(const struct profile *profile, const char *metric) {
  if (find_type(profile, metric) < 0)
    return false;
  return !is_lifetime(metric) ||
         (sample_type_index(profile, SAMPLE_ALLOC_OBJECTS) >= 0 && live_objects_type(profile) >= 0);
}

double measure_unseen(const struct profile *profile, const char *metric) {
  return is_lifetime(metric) ? 0 : error_bars_of(profile, find_type(profile, metric)).unseen;
}

static struct error *measuring_init(struct measuring *measuring, const char *metric,
                                    const struct site_profile *profile) {
  if (!measure_has(profile->profile, metric))
    return error_create(ERROR_CANNOT, "%s does not have %s: %s", profile->name, metric,
                        budget_metric_source(metric));
  *measuring = (struct measuring){.profile = profile->profile, .metric = metric};
  measuring->type = find_type(profile->profile, metric);
  measuring->allocs = sample_type_index(profile->profile, SAMPLE_ALLOC_OBJECTS);
  measuring->live = live_objects_type(profile->profile);
  measuring->bars = error_bars_of(profile->profile, measuring->type);
  measuring->is_calibrated = profile->profile->calibration != NULL;
  return NULL;
}

static void add_lifetime(const struct measuring *measuring, const struct profile_sample *sample,
                         struct sum *sum) {
  double freed =
      (double)sample->values[measuring->allocs] - (double)sample->values[measuring->live];
  double p = profile_sample_probability(measuring->profile, sample);
  sum->value += (double)sample->values[measuring->type];
  sum->freed += freed;
  if (p >= 1 || freed <= 0)
    return;
  /* As if lifetimes were spread exponentially, which most are not more than: the mean of n has the
   * variance mean^2 / n. In terms of the sum: n weights of mean / p each. */
  double mean = (double)sample->values[measuring->type] / freed;
  sum->variance += freed / p * mean * mean;
  sum->weight = fmax(sum->weight, mean / p);
}

static bool counts_objects(const struct measuring *measuring) {
  return measuring->type == measuring->bars.objects;
}

static void sum_add(const struct measuring *measuring, const struct profile_sample *sample,
                    struct sum *sum) {
  if (is_lifetime(measuring->metric)) {
    add_lifetime(measuring, sample, sum);
    return;
  }
  double value = (double)sample->values[measuring->type];
  double variance = error_bars_variance(&measuring->bars, sample);
  sum->value += value;
  sum->variance += variance;
  if (measuring->is_calibrated) {
    struct spread spread = spread_of_sample(&measuring->bars, sample);
    spread_add(&sum->spread, &spread);
  }
  if (counts_objects(measuring)) {
    sum->objects += fabs(value);
    sum->bytes += fabs(value) * fmax(error_bars_size(&measuring->bars, sample), 0);
  }
  if (variance > 0) {
    /* The size of its blocks over p; a type's own value over its objects is the size. */
    double objects = fabs((double)sample->values[measuring->bars.objects]);
    double p = profile_sample_probability(measuring->profile, sample);
    sum->weight = fmax(sum->weight, fabs(value) / objects / p);
  }
}

static struct figure sum_figure(const struct sum *sum, const struct measuring *measuring,
                                double operations) {
  double divisor = operations, unseen = measuring->bars.unseen;
  if (is_lifetime(measuring->metric)) {
    divisor = sum->freed > 0 ? sum->freed : 1;
    unseen = 0;
  }
  struct spread_left left = spread_left(&sum->spread);
  double weight = fmax(sum->weight * left.variance, left.shift);
  return (struct figure){sum->value / divisor,
                         {sum->variance * left.variance / divisor / divisor, weight / divisor,
                          unseen * left.unseen / divisor},
                         sum->objects > 0 ? sum->bytes / sum->objects : 0};
}

/* The number of operations of a profile; its own error is small beside what it divides. */
static struct error *count_operations(const struct budget *budget,
                                      const struct site_profile *profile, double *ret) {
  _cleanup_free_ bool *chosen = NULL;
  struct measuring measuring = {.metric = sample_types[SAMPLE_ALLOC_OBJECTS].name};
  struct sum sum = {0};
  *ret = budget->n_operations;
  if (budget->n_operations > 0)
    return NULL;
  if (!budget->operations)
    return error_create(ERROR_CANNOT,
                        "a limit is per operation: say how many there were with --ops, or name "
                        "in `operations` the function whose samples count them");
  struct error *err = measuring_init(&measuring, sample_types[SAMPLE_ALLOC_OBJECTS].name, profile);
  if (!err)
    err = select_operations(budget->operations, profile->profile, &chosen);
  if (err)
    return err;
  for (size_t i = 0; i < profile->profile->n_samples; i++)
    if (chosen[i])
      sum_add(&measuring, &profile->profile->samples[i], &sum);
  *ret = sum.value;
  return sum.value > 0
             ? NULL
             : error_create(ERROR_CANNOT,
                            "%s: cannot count operations: no function whose own allocations it "
                            "shows matches '%s'",
                            profile->name, budget->operations);
}

/* Adds up into sums[site], or into sums[0]. */
static struct error *measure_into(const struct budget *budget, const struct budget_limit *limit,
                                  const struct site_profile *profile, bool by_site,
                                  struct measuring *measuring, struct sum *sums,
                                  double *operations) {
  _cleanup_free_ bool *chosen = NULL;
  struct error *err = measuring_init(measuring, limit->metric, profile);
  *operations = 1;
  if (!err && limit->per == PER_OPERATION)
    err = count_operations(budget, profile, operations);
  if (!err)
    err = select_samples(limit, profile, &chosen);
  if (err)
    return err;
  for (size_t i = 0; i < profile->profile->n_samples; i++)
    if ((!chosen || chosen[i]) && profile->sites[i] != SITES_NONE)
      sum_add(measuring, &profile->profile->samples[i], &sums[by_site ? profile->sites[i] : 0]);
  return NULL;
}

struct error *measure_sites(const struct budget *budget, const struct budget_limit *limit,
                            const struct sites *sites, size_t index, struct figure *ret) {
  _cleanup_free_ struct sum *sums = calloc(sites->n_sites + 1, sizeof(*sums));
  struct measuring measuring = {.metric = limit->metric};
  double operations;
  struct error *err = sums ? measure_into(budget, limit, &sites->profiles[index], true, &measuring,
                                          sums, &operations)
                           : &error_no_memory;
  for (size_t i = 0; i < sites->n_sites && !err; i++)
    ret[i] = sum_figure(&sums[i], &measuring, operations);
  return err;
}

/* A sampled profile knows some sites only by chance, and there is no telling how many it missed.
 * The bar is therefore as wide as the figure. */
static struct error *count_live_sites(const struct budget *budget, const struct budget_limit *limit,
                                      const struct sites *sites, size_t index, struct figure *ret) {
  _cleanup_free_ struct figure *figures = calloc(sites->n_sites + 1, sizeof(*figures));
  struct error *err =
      figures ? measure_sites(budget, limit, sites, index, figures) : &error_no_memory;
  if (err)
    return err;
  *ret = (struct figure){0};
  for (size_t i = 0; i < sites->n_sites; i++) {
    ret->value += figures[i].value > 0;
    ret->error.variance += figures[i].error.variance > 0;
  }
  if (ret->error.variance > 0)
    ret->error = (struct uncertainty){ret->value * ret->value + 1, ret->value + 1, 0};
  return NULL;
}

/* The totals of the whole program are counted exactly, even where stacks are sampled. */
static bool counted(const struct profile *profile, const char *metric, double *ret) {
  struct profile_totals totals;
  bool space = !strcmp(metric, sample_types[SAMPLE_ALLOC_SPACE].name);
  bool objects = !strcmp(metric, sample_types[SAMPLE_ALLOC_OBJECTS].name);
  if (!(space || objects) || profile_is_exact(profile) || !profile_totals(profile, &totals))
    return false;
  *ret = space ? (double)totals.bytes : (double)totals.allocs;
  return true;
}

struct error *measure_sum(const struct budget *budget, const struct budget_limit *limit,
                          const struct sites *sites, size_t index, struct figure *ret) {
  struct sum sum = {0};
  struct measuring measuring = {.metric = limit->metric};
  double operations, value;
  if (!strcmp(limit->metric, BUDGET_LIVE_SITES))
    return count_live_sites(budget, limit, sites, index, ret);
  struct error *err =
      measure_into(budget, limit, &sites->profiles[index], false, &measuring, &sum, &operations);
  if (err)
    return err;
  if (budget_limit_is_whole(limit) &&
      counted(sites->profiles[index].profile, limit->metric, &value))
    *ret = (struct figure){.value = value / operations};
  else
    *ret = sum_figure(&sum, &measuring, operations);
  return NULL;
}
