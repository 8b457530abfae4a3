#include "model/calibration.h"

#include "model/calibration_known.h"
#include "model/calibration_margins.h"
#include "model/error_bar.h"

#include <math.h>

enum {
  FEWEST = 20,     /* samples of a margin */
  FEWEST_SEEN = 5, /* of a size that was to be expected to have FEWEST */
  MOST_SIZES = 10, /* margins of sizes, then of rates, then of live blocks and those at the peak */
  MOST_RATES = 4,
  MOST_ROUNDS = 20,
};
_Static_assert(MOST_SIZES + MOST_RATES + 2 == CALIBRATION_MARGINS, "margins");

#define FITS 6.0   /* standard deviations */
#define CLOSE 1e-9 /* of what was missing */

/* How many samples the calls of a size would have if its bytes were allocated as all others, at each
 * rate the same part of them. */
static double expected_samples(const struct known_totals *known, int log) {
  double bytes = 0, p = 0;
  for (int i = 0; i < RATE_LOGS; i++) {
    bytes += known->rates.bytes[i];
    if (known->rates.rate[i] > 0)
      p += known->rates.bytes[i] * sampling_probability(known->rates.rate[i], ldexp(1.5, log));
  }
  return bytes > 0 ? known->by_size[log] * p / bytes : 0;
}

/* The samples that a size counts for when margins are chosen; 0 where it has too few for one. A size
 * that has just enough has it by chance: its figure would be corrected where chance made it large, and
 * not where it made it small. So those that are to be expected count as well. */
static double samples_of_size(const struct known_totals *known, const double *drawn, int log) {
  double expected = expected_samples(known, log);
  if (drawn[log] >= FEWEST)
    return drawn[log];
  return drawn[log] >= FEWEST_SEEN && expected >= FEWEST ? expected : 0;
}

/* Gives each of n logarithms a margin, `first` and those after it: neighbours have one together until
 * they have the fewest samples, which are more where there would be more than `most` margins. Those that
 * are left over go with the last. Returns the margins' end. */
static int group_neighbours(const double *samples, int n, int first, int most, uint8_t *margin_of) {
  int margin;
  for (int fewest = FEWEST;; fewest *= 2) {
    double sum = 0;
    margin = first;
    for (int i = 0; i < n; i++) {
      margin_of[i] = (uint8_t)(margin - first <= most ? margin : NO_MARGIN);
      sum += samples[i];
      if (sum >= fewest) {
        margin++;
        sum = 0;
      }
    }
    if (margin - first <= most)
      break;
  }
  for (int i = 0; i < n; i++)
    if (margin_of[i] == margin)
      margin_of[i] = (uint8_t)(margin > first ? margin - 1 : NO_MARGIN);
  return margin;
}

/* Each size with many samples has a margin, unless it is `unfit`. Where there would be too many,
 * neighbours have one together: their calls still add up. */
static void choose_sizes(struct calibration *c, const struct known_totals *known,
                         const double *drawn, const bool *unfit) {
  double samples[SIZE_LOGS];
  for (int i = 0; i < SIZE_LOGS; i++)
    samples[i] = unfit[i] ? 0 : samples_of_size(known, drawn, i);
  c->n_margins = group_neighbours(samples, SIZE_LOGS, 0, MOST_SIZES, c->of_size);
  for (int i = 0; i < SIZE_LOGS; i++)
    if (samples[i] <= 0)
      c->of_size[i] = NO_MARGIN;
}

/* Neighbouring rates with few samples have one margin together. */
static void choose_rates(struct calibration *c, const double *drawn) {
  c->n_margins = group_neighbours(drawn, RATE_LOGS, c->n_margins, MOST_RATES, c->of_rate);
}

/* How many samples of equal weight would have the variance that these have (Kish 1965). */
struct effective {
  double sum, squares;
};

static void effective_add(struct effective *e, double drawn, double variance) {
  e->sum += drawn * variance;
  e->squares += drawn * variance * variance;
}

static double effective_samples(const struct effective *e) {
  return e->squares > 0 ? e->sum * e->sum / e->squares : 0;
}

/* The live blocks' number has no margin where a few heavy samples decide it: estimate and
 * covariances would come from the same few, which draws every live figure down. At the peak that
 * is welcome, because chance has raised it. */
static void choose_blocks(struct calibration *c, const struct known_totals *known,
                          const struct effective *live, double peak) {
  c->of_live = c->of_peak = NO_MARGIN;
  if (known->live >= 0 && effective_samples(live) >= FEWEST)
    c->of_live = (uint8_t)c->n_margins++;
  if (known->peak >= 0 && peak >= FEWEST)
    c->of_peak = (uint8_t)c->n_margins++;
}

static void choose_margins(struct calibration *c, const struct known_totals *known,
                           const struct calibration_item *items, size_t n, const bool *unfit) {
  double sizes[SIZE_LOGS] = {0}, rates[RATE_LOGS] = {0}, peak = 0;
  struct effective live = {0};
  for (size_t i = 0; i < n; i++)
    if (item_is_sampled(&items[i]))
      sizes[size_log(items[i].size)] += items[i].drawn;
  choose_sizes(c, known, sizes, unfit);
  for (size_t i = 0; i < n; i++)
    if (item_is_sampled(&items[i]) && c->of_size[size_log(items[i].size)] != NO_MARGIN) {
      rates[rate_log(items[i].rate)] += items[i].drawn;
      effective_add(&live, items[i].live, draw_of(items[i].size, items[i].rate).spread);
      peak += items[i].peak;
    }
  choose_rates(c, rates);
  choose_blocks(c, known, &live, peak);
  for (int i = 0; i < CALIBRATION_MARGINS; i++)
    c->unit[i] = 1;
}

/* Sums over all samples: the margins with the weights of now, and their covariances. */
struct margin_sums {
  double total[CALIBRATION_MARGINS];
  double covariance[CALIBRATION_MARGINS][CALIBRATION_MARGINS];
};

static void add_part(const struct calibration *c, struct margin_sums *sums,
                     const struct calibration_item *item, const struct item_part *part) {
  if (!(part->drawn > 0))
    return;
  struct margin_values x = margin_values_of(c, item->size, item->rate, part->live, part->peak);
  struct draw draw = draw_of(item->size, item->rate);
  bool is_least;
  double weight = draw_calibrated(c, &draw, &x, &is_least);
  for (int i = 0; i < x.n; i++) {
    sums->total[x.margin[i]] += part->drawn * weight * x.value[i];
    for (int j = 0; j < x.n && !is_least; j++)
      sums->covariance[x.margin[i]][x.margin[j]] +=
          part->drawn * draw.spread * x.value[i] * x.value[j];
  }
}

static void sum_items(const struct calibration *c, struct margin_sums *sums,
                      const struct calibration_item *items, size_t n) {
  *sums = (struct margin_sums){0};
  for (size_t i = 0; i < n; i++) {
    struct item_part parts[ITEM_PARTS];
    if (!item_is_sampled(&items[i]))
      continue;
    item_split(&items[i], parts);
    for (int k = 0; k < ITEM_PARTS; k++)
      add_part(c, sums, &items[i], &parts[k]);
  }
}

/* n / (n - m), as for a regression with m parameters, by the effective samples of bytes. */
static double inflation(const struct calibration *c, const struct calibration_item *items,
                        size_t n) {
  struct effective bytes = {0};
  for (size_t i = 0; i < n; i++)
    if (item_is_sampled(&items[i]))
      effective_add(&bytes, items[i].drawn,
                    draw_of(items[i].size, items[i].rate).spread * items[i].size * items[i].size);
  double samples = effective_samples(&bytes);
  return samples > 2 * c->n_margins ? samples / (samples - c->n_margins) : 2;
}

static bool total_fits(const struct calibration *c, const struct margin_sums *sums,
                       const double *known, int margin) {
  return fabs(known[margin] - sums->total[margin]) <=
         FITS * hypot(sqrt(sums->covariance[margin][margin]), c->sigma[margin]);
}

static bool totals_fit(const struct calibration *c, const struct margin_sums *sums,
                       const double *known) {
  for (int i = 0; i < c->n_margins; i++)
    if (!total_fits(c, sums, known, i))
      return false;
  return true;
}

/* Sizes whose total is not that of their samples: most of their calls came when the rate was coarse,
 * and none of these was drawn. Whether there are more than before. */
static bool find_unfit(const struct calibration *c, const struct margin_sums *sums,
                       const double *known, bool *unfit) {
  bool more = false;
  for (int i = 0; i < SIZE_LOGS; i++)
    if (c->of_size[i] != NO_MARGIN && !total_fits(c, sums, known, c->of_size[i]))
      more = unfit[i] = true;
  return more;
}

static void decompose(const struct calibration *c, struct margin_sums *sums, struct cholesky *ret) {
  for (int i = 0; i < c->n_margins; i++)
    sums->covariance[i][i] += c->sigma[i] * c->sigma[i];
  cholesky_init(ret, c->n_margins, sums->covariance);
}

/* Newton's method: one round, and more only where a weight came to its least. */
static void find_lambda(struct calibration *c, const double *known,
                        const struct calibration_item *items, size_t n) {
  struct margin_sums sums;
  double first = 0;
  for (int round = 0; round < MOST_ROUNDS; round++) {
    struct cholesky covariance;
    double missing[CALIBRATION_MARGINS], most = 0;
    sum_items(c, &sums, items, n);
    for (int i = 0; i < c->n_margins; i++) {
      missing[i] = known[i] - sums.total[i] - c->sigma[i] * c->sigma[i] * c->lambda[i];
      most = fmax(most, fabs(missing[i]));
    }
    if (most <= CLOSE * (first = fmax(first, most)))
      return;
    decompose(c, &sums, &covariance);
    cholesky_solve(&covariance, missing, missing);
    for (int i = 0; i < c->n_margins; i++)
      c->lambda[i] += missing[i];
  }
}

/* Margins, their units, and their sums and known totals in these. */
static void calibration_begin(struct calibration *ret, const struct known_totals *known,
                              const struct calibration_item *items, size_t n, const bool *unfit,
                              struct margin_sums *sums, double *totals) {
  struct calibration c = {0};
  choose_margins(&c, known, items, n, unfit);
  calibration_know_rest(&c, known);
  c.inflation = inflation(&c, items, n);
  sum_items(&c, sums, items, n);
  for (int i = 0; i < c.n_margins; i++)
    c.unit[i] = sums->covariance[i][i] > 0 ? sqrt(sums->covariance[i][i]) : 1;
  sum_items(&c, sums, items, n);
  calibration_known(&c, known, items, n, totals);
  *ret = c;
}

static bool calibration_init(struct calibration *ret, const struct known_totals *known,
                             const struct calibration_item *items, size_t n) {
  struct calibration c;
  struct margin_sums sums;
  double totals[CALIBRATION_MARGINS];
  bool unfit[SIZE_LOGS] = {false};
  do
    calibration_begin(&c, known, items, n, unfit, &sums, totals);
  while (find_unfit(&c, &sums, totals, unfit));
  if (!c.n_margins || !totals_fit(&c, &sums, totals))
    return false;
  decompose(&c, &sums, &c.covariance);
  find_lambda(&c, totals, items, n);
  *ret = c;
  return true;
}

bool calibrations_init(struct calibrations *ret, const struct known_totals *known,
                       const struct calibration_item *items, size_t n) {
  struct known_totals but_peak = *known;
  but_peak.peak = -1;
  if (!calibration_init(&ret->now, &but_peak, items, n))
    return false;
  if (known->peak < 0 || !calibration_init(&ret->at_peak, known, items, n))
    ret->at_peak = ret->now;
  return true;
}
