#include "advise/traits.h"

#include "advise/siblings.h"
#include "advise/weighted.h"

#include <math.h>
#include <stdlib.h>

/* The values of the lives, sorted; NULL without memory. LIFE_UNKNOWN ones are left out. */
static struct weighted *sorted(const struct advise_site *site, double (*value)(const struct life *),
                               size_t *n, double *sum) {
  struct weighted *all = calloc(site->lives.count + 1, sizeof(*all));
  *n = 0;
  *sum = 0;
  for (size_t i = 0; all && i < site->lives.count; i++) {
    double v = value(site->lives.data[i]);
    if (v < 0)
      continue;
    all[(*n)++] = (struct weighted){v, site->lives.data[i]->objects};
    *sum += site->lives.data[i]->objects;
  }
  if (all)
    weighted_sort(all, *n);
  return all;
}

static double size_of(const struct life *life) {
  return life->size;
}

static double siblings_of(const struct life *life) {
  return life_has_ended(life) ? life->siblings : LIFE_UNKNOWN;
}

static double site_quantile(const struct advise_site *site, double (*value)(const struct life *),
                            double part) {
  size_t n;
  double sum;
  struct weighted *all = sorted(site, value, &n, &sum);
  double found = all ? weighted_quantile(all, n, sum, part) : LIFE_UNKNOWN;
  free(all);
  return found;
}

/* The part of the ended objects whose value is known. */
static double known_part(const struct advise_site *site, double (*value)(const struct life *)) {
  double known = 0, ended = 0;
  for (size_t i = 0; i < site->lives.count; i++) {
    const struct life *life = site->lives.data[i];
    ended += life_has_ended(life) ? life->objects : 0;
    known += value(life) >= 0 ? life->objects : 0;
  }
  return ended > 0 ? known / ended : 0;
}

double traits_quantile(const struct advise_site *site, double part) {
  return site_quantile(site, size_of, part);
}

static void find_sizes(const struct advise_site *site, struct traits *traits) {
  size_t n;
  double sum, weight = 0;
  struct weighted *all = sorted(site, size_of, &n, &sum);
  for (size_t i = 0; all && i < n; i++) {
    weight = i && all[i].value == all[i - 1].value ? weight + all[i].weight : all[i].weight;
    if (weight > traits->of_commonest) {
      traits->of_commonest = weight;
      traits->commonest = all[i].value;
    }
    bool is_last = i + 1 == n || all[i + 1].value != all[i].value;
    traits->n_sizes += is_last && weight >= 0.01 * sum;
  }
  if (all && n) {
    traits->smallest = all[0].value;
    traits->largest = all[n - 1].value;
    traits->nine_tenths = weighted_quantile(all, n, sum, 0.9);
    traits->of_commonest /= sum;
  }
  free(all);
}

/* Sums, of which the parts are made. */
struct sums {
  double all, ended, lived, calls, with_calls, crossed, with_threads;
};

static void add_life(const struct life *life, struct traits *traits, struct sums *sums) {
  double n = life->objects;
  sums->all += n;
  traits->mapped += life->mapped ? n : 0;
  if (!life_has_ended(life))
    return;
  sums->ended += n;
  traits->freed += life->end == LIFE_FREED ? n : 0;
  traits->realloc += life_is_realloc(life) ? n : 0;
  sums->lived += n * life->lived;
  if (life->calls >= 0) {
    sums->calls += n * life->calls;
    sums->with_calls += n;
  }
  if (life->born_by && life->freed_by) {
    sums->with_threads += n;
    sums->crossed += life->born_by != life->freed_by ? n : 0;
  }
}

static double ratio(double part, double all) {
  return all > 0 ? part / all : 0;
}

static double calls_of(const struct life *life) {
  return life_has_ended(life) ? life->calls : LIFE_UNKNOWN;
}

/* Siblings are counted while all objects are recorded, which by default is early in the run, and of
 * short lives alone. Where most lives know theirs these say it; else also those that its thread's
 * allocations make likely, if it goes on alike. */
static double find_at_once(const struct advise_sites *all, const struct advise_site *site) {
  double per_call = all->calls > 0 ? site->objects / all->calls : 0;
  double siblings = siblings_nine_tenths(site, per_call),
         calls = site_quantile(site, calls_of, 0.9);
  double likely = calls < 0 || all->calls <= 0 ? LIFE_UNKNOWN : calls * per_call;
  if (siblings >= 0 && known_part(site, siblings_of) >= 0.5)
    return 1 + siblings;
  return siblings < 0 && likely < 0 ? LIFE_UNKNOWN : 1 + fmax(siblings, floor(likely));
}

struct traits traits_of(const struct advise_sites *all, const struct advise_site *site) {
  struct traits traits = {0};
  struct sums sums = {0};
  for (size_t i = 0; i < site->lives.count; i++)
    add_life(site->lives.data[i], &traits, &sums);
  traits.ended = ratio(sums.ended, sums.all);
  traits.freed = ratio(traits.freed, sums.all);
  traits.realloc = ratio(traits.realloc, sums.all);
  traits.mapped = ratio(traits.mapped, sums.all);
  traits.crossed = ratio(sums.crossed, sums.with_threads);
  traits.lived = ratio(sums.lived, sums.ended);
  traits.lived_calls = ratio(sums.calls, sums.with_calls);
  traits.at_once = find_at_once(all, site);
  traits.most_calls = site_quantile(site, calls_of, 0.9);
  find_sizes(site, &traits);
  return traits;
}
