/* The formula is checked against hand-worked numbers and, in a simulation with a fixed seed,
 * against what it is meant to predict: the spread of estimates over many runs. */
#include "model/sample_types.h"
#include "test.h"

#include "model/error_bar.h"

#include <math.h>

static void assert_near(double value, double expected, double relative) {
  if (!(fabs(value - expected) <= relative * fabs(expected)))
    fail_msg("%.17g is not near %.17g", value, expected);
}

static void variance_is_that_of_horvitz_thompson(void **state) {
  (void)state;
  /* s = 99, R = 100: p = 1 - e^-1 = 0.632120558829. 10 objects: 10 * 0.367879441171 /
   * 0.632120558829 = 5.81976706869; space: that times 99^2 = 9801. */
  _cleanup_profile_ struct profile *profile =
      build_profile("types alloc_objects/count alloc_space/bytes\n"
                    "sample 10 990 | f | bytes=99 rate=100");
  const struct profile_sample *sample = &profile->samples[0];
  assert_near(profile_sample_probability(profile, sample), 0.632120558829, 1e-11);
  assert_near(profile_sample_variance(profile, sample, 0), 5.81976706869, 1e-11);
  assert_near(profile_sample_variance(profile, sample, 1), 57039.5370402, 1e-11);
  assert_near(error_bar(4), 3.92, 1e-15);
  assert_false(profile_is_exact(profile));
}

static void each_pair_of_types_has_its_own_count(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *profile =
      build_profile("types alloc_objects/count alloc_space/bytes inuse_space/bytes "
                    "inuse_objects/count other/bytes\n"
                    "sample 10 990 198 2 5 | f | bytes=99 rate=100");
  const struct profile_sample *sample = &profile->samples[0];
  assert_int_equal(profile_objects_type(profile, 1), 0);
  assert_int_equal(profile_objects_type(profile, 2), 3);
  assert_int_equal(profile_space_type(profile, 3), 2);
  assert_int_equal(profile_objects_type(profile, 4), -1);
  assert_near(profile_sample_variance(profile, sample, 3), 1.16395341374, 1e-11);
  assert_near(profile_sample_variance(profile, sample, 2), 11407.9074080, 1e-10);
  assert_true(profile_sample_variance(profile, sample, 4) == 0);
}

static void plain_objects_and_space_are_a_pair(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *profile =
      build_profile("types objects/count space/bytes\nsample 10 990 | f | bytes=99 rate=100");
  assert_near(profile_sample_variance(profile, &profile->samples[0], 1), 57039.5370402, 1e-11);
}

static void without_a_rate_figures_are_exact(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *profile =
      build_profile("types alloc_objects/count alloc_space/bytes\n"
                    "sample 10 990 | f | bytes=99\n"
                    "sample 10 990 | f | bytes=99 rate=1\n"
                    "sample 10 990 | f | bytes=99 rate=0");
  for (size_t i = 0; i < 3; i++)
    assert_true(profile_sample_variance(profile, &profile->samples[i], 1) == 0);
  assert_true(profile_is_exact(profile));
  /* A Go profile: the rate is the period's. A label still goes before it. */
  profile->default_rate = 100;
  assert_near(profile_sample_variance(profile, &profile->samples[0], 1), 57039.5370402, 1e-11);
  assert_true(profile_sample_variance(profile, &profile->samples[1], 1) == 0);
  assert_false(profile_is_exact(profile));
}

static void without_a_size_the_average_serves(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *profile =
      build_profile("types alloc_objects/count alloc_space/bytes\nsample 10 990 | f | rate=100");
  assert_near(profile_sample_variance(profile, &profile->samples[0], 1), 57039.5370402, 1e-11);
}

static void nonsense_gives_no_nonsense(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *profile = build_profile(
      "types alloc_objects/count alloc_space/bytes\n"
      "sample 9223372036854775807 9223372036854775807 | f | bytes=9223372036854775807 "
      "rate=9223372036854775807\n"
      "sample -9223372036854775808 -9223372036854775808 | f | bytes=0 rate=9223372036854775807\n"
      "sample 0 0 | f | rate=100\n"
      "sample 5 -7 | f | bytes=-5 rate=100\n"
      "sample 5 5 | f | bytes=1 rate=-100");
  for (size_t i = 0; i < profile->n_samples; i++)
    for (int type = 0; type < 2; type++) {
      double variance = profile_sample_variance(profile, &profile->samples[i], type);
      assert_true(isfinite(variance) && variance >= 0);
    }
}

/* A run samples each of N allocations with probability p and scales up. Over RUNS runs the mean
 * squared error must be the variance, and the interval estimate +- bar must hold the truth in 95 of
 * 100 runs. Bounds: with 4000 runs the standard error of the mean square is sqrt(2/4000) = 2.2%,
 * that of the coverage sqrt(.95 * .05 / 4000) = 0.34%; four of each, plus 1.5% for the estimated
 * variance's own spread. */
static void predicts_the_spread_of_estimates(void **state) {
  (void)state;
  enum { RUNS = 4000, N = 2000, SIZE = 200, RATE = 1000 };
  double p = -expm1(-(SIZE + 1.0) / RATE), truth = (double)N * SIZE;
  double squares = 0, predicted = N * (1 - p) / p * SIZE * SIZE;
  int covered = 0;
  srand48(20240607);
  for (int run = 0; run < RUNS; run++) {
    int sampled = 0;
    for (int i = 0; i < N; i++)
      sampled += drand48() < p;
    int64_t values[] = {llround(sampled / p), llround(sampled * SIZE / p)};
    struct profile_value_type types[] = {{"alloc_objects", "count"}, {"alloc_space", "bytes"}};
    struct profile_label labels[] = {{"bytes", "", SIZE, "bytes"}, {"rate", "", RATE, "bytes"}};
    struct profile_sample sample = {.values = values, .labels = labels, .n_labels = 2};
    struct profile profile = {.sample_types = types, .n_sample_types = 2};
    double miss = (double)values[1] - truth;
    squares += miss * miss;
    covered += fabs(miss) <= error_bar(profile_sample_variance(&profile, &sample, 1));
  }
  assert_near(squares / RUNS, predicted, 4 * 0.0224);
  assert_true(fabs((double)covered / RUNS - 0.95) < 4 * 0.0034 + 0.015);
}

RUN(TEST(variance_is_that_of_horvitz_thompson), TEST(each_pair_of_types_has_its_own_count),
    TEST(plain_objects_and_space_are_a_pair), TEST(without_a_rate_figures_are_exact),
    TEST(without_a_size_the_average_serves), TEST(nonsense_gives_no_nonsense),
    TEST(predicts_the_spread_of_estimates))
