#include "model/calibration_known.h"

#include "model/calibration_margins.h"
#include "model/error_bar.h"

#include <math.h>

/* Takes what was surely recorded from the calls and blocks that are known. */
static void take_sure(struct known_totals *known, const struct calibration_item *items, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (items[i].rate <= 1 && items[i].drawn > 0) {
      known->by_size[size_log(items[i].size)] -= items[i].drawn;
      known->live -= fmin(items[i].live, items[i].drawn);
      known->peak -= fmin(items[i].peak, items[i].drawn);
    }
}

/* A figure of the sizes that have no margin, and its variance. */
struct guess {
  double value, variance;
};

/* The better of two: what the samples say, if one more of `more` would not surprise, and what is
 * known by the calls. */
static struct guess better_guess(struct guess sampled, double more, struct guess known) {
  sampled.variance += more * more;
  return sampled.variance < known.variance ? sampled : known;
}

/* Bytes of `calls` at a rate at which this share of all bytes was allocated: about that share of
 * theirs, or anything from nothing to twice that. */
static struct guess bytes_at_rate(double calls, double size, double share) {
  double value = calls * size * share;
  return (struct guess){value, value * value};
}

/* Those of `calls` blocks that live, where this share of all blocks does. Blocks of a size often live
 * or die together: taken as a draw that all of them live, with that share for its chance. */
static struct guess blocks_that_live(double calls, double share) {
  return (struct guess){calls * share, calls * calls * share * (1 - share)};
}

static void add_guess(struct guess *sum, struct guess one) {
  sum->value += one.value;
  sum->variance += one.variance;
}

/* By size, then by margin: bytes for those of rates, blocks for the last two; NO_MARGIN is not used. */
struct rest {
  struct guess sampled[SIZE_LOGS][CALIBRATION_MARGINS + 1];
};

static void sum_rest(const struct calibration *c, struct rest *rest,
                     const struct calibration_item *items, size_t n) {
  for (size_t i = 0; i < n; i++) {
    unsigned log = size_log(items[i].size);
    if (!item_is_sampled(&items[i]) || c->of_size[log] != NO_MARGIN)
      continue;
    struct draw draw = draw_of(items[i].size, items[i].rate);
    double size = items[i].size, live = items[i].live, peak = items[i].peak;
    add_guess(&rest->sampled[log][c->of_rate[rate_log(items[i].rate)]],
              (struct guess){items[i].drawn * draw.weight * size,
                             items[i].drawn * draw.spread * size * size});
    add_guess(&rest->sampled[log][c->of_live],
              (struct guess){live * draw.weight, live * draw.spread});
    add_guess(&rest->sampled[log][c->of_peak],
              (struct guess){peak * draw.weight, peak * draw.spread});
  }
}

/* The part that sizes without a margin have in a margin of rates, or of blocks: by their calls, where
 * a sample of this rate would stand for more than that is unsure by. */
static struct guess guess_rest(const struct calibration *c, const struct rest *rest,
                               const double *by_size, int margin, double rate, double share) {
  struct guess sum = {0};
  bool is_blocks = margin == c->of_live || margin == c->of_peak;
  for (int i = 0; i < SIZE_LOGS; i++) {
    double size = ldexp(1.5, i), p = sampling_probability(rate, size), each = is_blocks ? 1 : size;
    if (c->of_size[i] == NO_MARGIN && by_size[i] > 0)
      add_guess(&sum, better_guess(rest->sampled[i][margin], each * (1 - p) / p,
                                   is_blocks ? blocks_that_live(by_size[i], share)
                                             : bytes_at_rate(by_size[i], size, share)));
  }
  return sum;
}

/* The margins' totals as they are known, and the largest rate of each. */
struct margin_totals {
  double total[CALIBRATION_MARGINS + 1], rate[CALIBRATION_MARGINS + 1];
  double bytes, calls, largest_rate; /* of all */
};

static struct margin_totals margin_totals(const struct calibration *c,
                                          const struct known_totals *known) {
  struct margin_totals sums = {0};
  for (int i = 0; i < SIZE_LOGS; i++) {
    sums.total[c->of_size[i]] += known->by_size[i];
    sums.calls += known->by_size[i];
  }
  for (int i = 0; i < RATE_LOGS; i++) {
    sums.total[c->of_rate[i]] += known->rates.bytes[i];
    sums.rate[c->of_rate[i]] = fmax(sums.rate[c->of_rate[i]], known->rates.rate[i]);
    sums.bytes += known->rates.bytes[i];
    sums.largest_rate = fmax(sums.largest_rate, known->rates.rate[i]);
  }
  sums.total[c->of_live] += known->live;
  sums.total[c->of_peak] += known->peak;
  return sums;
}

void calibration_known(struct calibration *c, const struct known_totals *known,
                       const struct calibration_item *items, size_t n, double *ret) {
  struct rest rest = {0};
  struct known_totals unsure = *known;
  take_sure(&unsure, items, n);
  struct margin_totals sums = margin_totals(c, &unsure);
  sum_rest(c, &rest, items, n);
  for (int i = 0; i < c->n_margins; i++) {
    struct guess guess = {0};
    if (i == c->of_live || i == c->of_peak)
      guess = guess_rest(c, &rest, unsure.by_size, i, sums.largest_rate,
                         fmin(fmax(sums.total[i] / sums.calls, 0), 1));
    else if (sums.rate[i] > 0)
      guess = guess_rest(c, &rest, unsure.by_size, i, sums.rate[i], sums.total[i] / sums.bytes);
    ret[i] = (sums.total[i] - guess.value) / c->unit[i];
    c->sigma[i] = sqrt(guess.variance) / c->unit[i];
  }
}

void calibration_know_rest(struct calibration *c, const struct known_totals *known) {
  for (int i = 0; i < RATE_LOGS; i++)
    c->largest_rate = fmax(c->largest_rate, known->rates.rate[i]);
  for (int i = 0; i < SIZE_LOGS; i++)
    if (c->of_size[i] == NO_MARGIN) {
      c->rest_calls += known->by_size[i];
      c->rest_bytes += known->by_size[i] * ldexp(2, i);
    }
}
