/* The intervals of sampled figures: against the Poisson distribution that they are derived from,
 * and in simulations with a fixed seed against what they promise, that the truth lies in them in 95
 * of 100 runs. */
#include "test.h"

#include "model/gamma.h"
#include "model/rates.h"
#include "model/spread.h"

#include <math.h>
#include <stdio.h>

static void assert_near(double value, double expected, double relative) {
  if (!(fabs(value - expected) <= relative * fabs(expected)))
    fail_msg("%.17g is not near %.17g", value, expected);
}

/* P(N < n) + part * P(N = n) of a Poisson count of this mean. */
static double poisson_below(double mean, int n, double part) {
  double term = exp(-mean), sum = 0;
  for (int k = 0; k < n; k++) {
    sum += term;
    term *= mean / (k + 1);
  }
  return sum + part * term;
}

/* A gamma variate of a whole shape n is the time of the n-th event: it is at most x where at least
 * n events have come. */
static void gamma_is_the_time_of_events(void **state) {
  (void)state;
  for (int n = 1; n < 200; n = n * 3 / 2 + 1)
    for (double x = 0.01; x < 400; x *= 1.7)
      assert_true(fabs(gamma_below(&(struct gamma){n, 2, 7}, 7 + 2 * x) -
                       (1 - poisson_below(x, n, 0))) < 1e-9);
  assert_near(gamma_below(&(struct gamma){0.5, 1, 0}, 0.5), erf(sqrt(0.5)), 1e-9);
  assert_true(gamma_below(&(struct gamma){0, 0, 3}, 3) == 1);
  /* Large shapes: near normal. The median is shape - 1/3. */
  assert_near(gamma_below(&(struct gamma){1e6, 1, 0}, 1e6 - 1.0 / 3), 0.5, 1e-4);
}

/* n samples of weight R each: U = n R, V = n R^2. The limits are where P(N < n) + 0.6 P(N = n), or
 * P(N > n) + 0.6 P(N = n), is 2.5%. */
static void one_weight_gives_the_interval_of_a_count(void **state) {
  (void)state;
  for (int n = 0; n < 40; n++) {
    struct spread spread = {
        .unseen = 1000, .variance = n * 1e6, .third = n * 1e9, .weight = n ? 1000 : 0};
    struct interval interval = spread_interval(&spread, n * 1000);
    double high = poisson_below(interval.high / 1000, n, 0.6);
    double low = 1 - poisson_below(interval.low / 1000, n, 0.4);
    assert_near(high, 0.025, 0.02);
    if (n)
      assert_near(low, 0.025, 0.02);
    else
      assert_true(interval.low == 0);
  }
}

static void nothing_seen_leaves_three_samples_worth(void **state) {
  (void)state;
  struct spread bytes = {.unseen = 1 << 20};
  assert_near(spread_interval(&bytes, 0).high, 3.17805 * (1 << 20), 1e-3);
  /* Objects of 99 bytes: (99 + 1) of them fit the bytes. */
  struct spread objects = {.unseen = 1 << 20, .counts = true, .objects = 2, .bytes = 198};
  assert_near(spread_interval(&objects, 0).high, 3.17805 * (1 << 20) / 100, 1e-3);
}

static void many_samples_give_the_normal_interval(void **state) {
  (void)state;
  struct spread spread = {.unseen = 1, .variance = 1e6, .third = 1e6, .weight = 1};
  struct interval interval = spread_interval(&spread, 1e7);
  assert_near(interval.low, 1e7 - 1960, 1e-5);
  assert_near(interval.high, 1e7 + 1960, 1e-5);
}

static void exact_figures_have_none(void **state) {
  (void)state;
  struct interval interval = spread_interval(&(struct spread){0}, 123);
  assert_true(interval.low == 123 && interval.high == 123);
}

/* A block larger than the rate is sampled nearly always: p = 1 - exp(-10). */
static void what_was_sampled_is_there(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *profile =
      build_profile("types alloc_objects/count alloc_space/bytes\n"
                    "sample 10 99990 | f | bytes=9999 rate=1000");
  struct error_bars bars = error_bars_of(profile, 1);
  struct spread spread = spread_of_sample(&bars, &profile->samples[0]);
  assert_near(spread.seen, 99990 * -expm1(-10), 1e-12);
  struct interval interval = spread_interval(&spread, 99990);
  assert_true(interval.low >= spread.seen && interval.high < 99990 + 3.3 * 1000);
}

static void what_is_unseen_follows_the_rates(void **state) {
  (void)state;
  static const char types[] = "types alloc_objects/count alloc_space/bytes\n";
  static const struct {
    const char *text;
    double unseen;
  } cases[] = {
      {"sample 1 9 | f | bytes=9 rate=1", 0},
      {"sample 1 9 | f | bytes=9 rate=1000", 1000},
      {"sample 1 9 | f | bytes=9 rate=10\nsample 1 9 | f | bytes=9 rate=1000", 1000},
      {"comment rates: 1=50 1000=1000000\nsample 1 9 | f | bytes=9 rate=1", 1000},
      /* 2 of ln 24 = 3.178 parts under the rate of 1000, the rest under 10: 2000 + 11.78. */
      {"comment rates: 1=50 1000=2000 10=77777\nsample 1 9 | f | bytes=9 rate=10",
       2011.78 / 3.178054},
      {"comment rates: 1000=500\ncomment rates: 1000=500", 1000 / 3.178054},
      {"comment rates: 1000=junk", 0},
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
    char text[200];
    snprintf(text, sizeof(text), "%s%s", types, cases[i].text);
    _cleanup_profile_ struct profile *profile = build_profile(text);
    assert_true(fabs(profile_unseen(profile) - cases[i].unseen) < 1e-3);
  }
}

static void differences_add_in_squares(void **state) {
  (void)state;
  struct interval d =
      interval_difference((struct interval){90, 130}, 100, (struct interval){160, 240}, 200);
  assert_near(d.low, 100 - sqrt(40 * 40 + 30 * 30), 1e-12);
  assert_near(d.high, 100 + sqrt(40 * 40 + 10 * 10), 1e-12);
}

/* A site that allocated bytes[k] in blocks of `size` under each of two rates, RUNS times. */
struct simulated {
  double rate[2], bytes[2], size;
};

/* Knuth's way, in parts: exp(-mean) must not be 0. */
static int poisson(double mean) {
  int n = 0;
  for (; mean > 100; mean -= 100)
    n += poisson(100);
  for (double product = drand48(), end = exp(-mean); product > end; product *= drand48())
    n++;
  return n;
}

/* How often the interval holds the truth, in percent, and falls short of it on either side. */
static double coverage(const struct simulated *s, double *below, double *above) {
  enum { RUNS = 4000 };
  int missed_below = 0, missed_above = 0;
  double truth = s->bytes[0] + s->bytes[1];
  for (int run = 0; run < RUNS; run++) {
    double value = 0;
    struct spread spread = {.unseen = fmax(s->rate[0], s->rate[1])};
    for (int k = 0; k < 2; k++) {
      double p = -expm1(-(s->size + 1) / s->rate[k]);
      int n = poisson(s->bytes[k] / s->size * p);
      value += n * s->size / p;
      struct spread samples = {.seen = n * s->size,
                               .variance = n * (1 - p) / p / p * s->size * s->size,
                               .third = n * (1 - p) / pow(p / s->size, 3),
                               .weight = n ? (1 - p) / p * s->size : 0};
      spread_add(&spread, &samples);
    }
    struct interval interval = spread_interval(&spread, value);
    missed_below += interval.high < truth;
    missed_above += interval.low > truth;
  }
  *below = 100.0 * missed_below / RUNS;
  *above = 100.0 * missed_above / RUNS;
  return 100 - *below - *above;
}

/* Bounds: of 4000 runs the standard error is 0.34%. No interval may hold less than 93% (the
 * least of one weight is 93.9%, where 14 samples are expected); many samples must hold no more than
 * 97%. More is right for few samples: a count is a whole number. */
static void intervals_hold_the_truth(void **state) {
  (void)state;
  static const double small = 4096, large = 1 << 20;
  static const double counts[] = {0.3, 1, 2, 3, 5, 10, 30, 100};
  srand48(20261128);
  for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++)
    for (int mix = 0; mix < 4; mix++) {
      /* All under one rate; half of the bytes under each; most samples at the small one. */
      struct simulated s = {{small, large}, {0, counts[i] * large}, 64};
      if (mix == 1)
        s = (struct simulated){{large, large}, {counts[i] * large / 2, counts[i] * large / 2}, 64};
      if (mix == 2)
        s.bytes[0] = counts[i] * large;
      if (mix == 3)
        s.bytes[1] = counts[i] * small;
      double below, above, held = coverage(&s, &below, &above);
      print_message("# %5.1f samples, mix %d: %.1f%% (%.1f below, %.1f above)\n", counts[i], mix,
                    held, below, above);
      assert_true(held > 93);
      if (counts[i] >= 30 && mix != 3)
        assert_true(held < 97);
    }
}

/* `came` blocks came and `went` went, on average as sampled: the change as a delta of profiles has it. */
static double change_coverage(double came, double went, double rate, double size) {
  enum { RUNS = 4000 };
  int held = 0;
  double p = -expm1(-(size + 1) / rate), truth = (came - went) / p * size;
  for (int run = 0; run < RUNS; run++) {
    int n = poisson(came), m = poisson(went);
    struct spread spread = spread_of_objects(n / p, size, p, size),
                  gone = spread_of_objects(m / p, size, p, size);
    spread.unseen = rate;
    spread.is_change = true;
    spread.went = (struct spread_went){m / p * size, gone.seen,   gone.variance,
                                       gone.third,   gone.weight, gone.grain};
    struct interval interval = spread_interval(&spread, (n - m) / p * size);
    held += interval.low <= truth && truth <= interval.high;
  }
  return 100.0 * held / RUNS;
}

static void changes_hold_the_truth(void **state) {
  (void)state;
  static const double counts[][2] = {{0.3, 0.3}, {3, 1}, {1, 5}, {10, 10}, {50, 50}, {100, 20}};
  srand48(20261128);
  for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
    double held = change_coverage(counts[i][0], counts[i][1], 1 << 20, 64);
    print_message("# %5.1f came, %5.1f went: %.1f%%\n", counts[i][0], counts[i][1], held);
    assert_true(held > 93);
    if (counts[i][0] >= 50)
      assert_true(held < 97);
  }
}

/* As many came as went: the change is 0, and not sure. */
static void a_change_is_what_came_less_what_went(void **state) {
  (void)state;
  static const char types[] = "types alloc_objects/count alloc_space/bytes inuse_objects/count "
                              "inuse_space/bytes\n";
  static const struct {
    const char *sample;
    double variance, went;
  } cases[] = {
      {"sample 500 50000 0 0 | f | bytes=100 rate=100000 came=300", 300, 300},
      {"sample 500 50000 100 10000 | f | bytes=100 rate=100000 came=300", 300, 200},
      {"sample 500 50000 100 10000 | f | bytes=100 rate=100000", 100, 0},
      {"sample 0 0 -100 -10000 | f | bytes=100 rate=100000", 0, 100},
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
    char text[200];
    snprintf(text, sizeof(text), "%s%s", types, cases[i].sample);
    _cleanup_profile_ struct profile *profile = build_profile(text);
    struct error_bars bars = error_bars_of(profile, 3);
    struct spread spread = spread_of_sample(&bars, &profile->samples[0]);
    double each = 100 * 100 / expm1(101.0 / 100000);
    assert_true(fabs(spread.variance - cases[i].variance * each) < 1e-6 * each);
    assert_true(fabs(spread.went.variance - cases[i].went * each) < 1e-6 * each);
    assert_true(fabs(spread.went.value - cases[i].went * 100) < 1e-6);
  }
}

RUN(TEST(gamma_is_the_time_of_events), TEST(one_weight_gives_the_interval_of_a_count),
    TEST(nothing_seen_leaves_three_samples_worth), TEST(many_samples_give_the_normal_interval),
    TEST(exact_figures_have_none), TEST(what_was_sampled_is_there),
    TEST(what_is_unseen_follows_the_rates), TEST(differences_add_in_squares),
    TEST(intervals_hold_the_truth), TEST(changes_hold_the_truth),
    TEST(a_change_is_what_came_less_what_went))
