#include "test.h"

#include "model/error_bar.h"
#include "model/merge.h"
#include "model/totals.h"

static const char *const A = "types objects/count space/bytes\nperiod 512 space/bytes\n"
                             "time 2000\nduration 30\ncomment same\ncomment only a\n"
                             "drop malloc\n"
                             "mapping 0x1000 0x3000 0x100 /bin/a id1\n"
                             "sample 1 100 | f@a.c:1%0+0x1010;main%0+0x1020 | bytes=100\n"
                             "sample 2 20 | g@a.c:2%0+0x1030;main%0+0x1020 | bytes=10\n";
/* The same program, loaded elsewhere, its labels in another order in places. */
static const char *const B = "types objects/count space/bytes\nperiod 1024 space/bytes\n"
                             "time 1000\nduration 12\ncomment same\ncomment only b\n"
                             "default objects\n"
                             "mapping 0x901000 0x903000 0x100 /elsewhere/a id1\n"
                             "sample 4 400 | f@a.c:1%0+0x901010;main%0+0x901020 | bytes=100\n"
                             "sample 8 800 | f@a.c:1%0+0x901010;main%0+0x901020 | bytes=200\n"
                             "sample 0 0 | unused%0+0x901050\n";

static struct profile *merge2(const char *a, const char *b) {
  _cleanup_profile_ struct profile *x = build_profile(a), *y = build_profile(b);
  struct profile *merged = NULL;
  assert_ok(profile_merge((const struct profile *[]){x, y}, NULL, 2, &merged));
  return merged;
}

static void equal_samples_are_summed(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *merged = merge2(A, B);
  assert_int_equal(merged->n_samples, 3);
  assert_string_equal(stack_text(merged, 0), "f;main");
  assert_int_equal(sample_value(merged, 0, "space"), 500);
  assert_int_equal(sample_value(merged, 0, "objects"), 5);
  assert_int_equal(sample_value(merged, 1, "space"), 20);
  /* Same stack, other label. */
  assert_string_equal(stack_text(merged, 2), "f;main");
  assert_int_equal(sample_value(merged, 2, "space"), 800);
}

static void address_spaces_do_not_matter(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *merged = merge2(A, B);
  assert_int_equal(merged->n_mappings, 1);
  assert_int_equal(merged->mappings[0].start, 0x1000);
  assert_int_equal(merged->n_locations, 3);
  assert_int_equal(merged->n_functions, 3);
  for (size_t i = 0; i < merged->n_locations; i++)
    assert_in_range(merged->locations[i].address, 0x1000, 0x3000);
}

static void other_builds_stay_apart(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *merged =
      merge2("types space/bytes\nmapping 0x1000 0x2000 0 /bin/a id1\nsample 1 | f%0+0x1010",
             "types space/bytes\nmapping 0x1000 0x2000 0 /bin/a id2\nsample 1 | f%0+0x1010");
  assert_int_equal(merged->n_mappings, 2);
  assert_int_equal(merged->n_samples, 2);
}

static void headers_are_combined(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *merged = merge2(A, B);
  assert_int_equal(merged->time_nanos, 1000);
  assert_int_equal(merged->duration_nanos, 42);
  assert_int_equal(merged->period, 1024);
  assert_string_equal(merged->default_sample_type, "objects");
  assert_string_equal(merged->drop_frames, "malloc");
  assert_int_equal(merged->n_comments, 3);
  assert_string_equal(merged->comments[0], "same");
  assert_string_equal(merged->comments[2], "only b");
}

static void labels_in_any_order_are_equal(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *merged =
      merge2("types space/bytes\nsample 1 | f | bytes=1 thread='x'",
             "types space/bytes\nsample 2 | f | thread='x' bytes=1");
  assert_int_equal(merged->n_samples, 1);
  assert_int_equal(sample_value(merged, 0, NULL), 3);
}

static void merging_is_linear(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *a = build_profile(A), *b = build_profile(B);
  _cleanup_profile_ struct profile *merged = NULL;
  const struct profile *both[] = {a, b};
  assert_ok(profile_merge_scaled(both, (const double[]){2, 0.5}, NULL, 2, &merged));
  assert_int_equal(sample_value(merged, 0, "space"), 2 * 100 + 400 / 2);
  assert_int_equal(sample_value(merged, 1, "space"), 40);
}

static void what_cancels_out_vanishes(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *a = build_profile(A), *nothing = NULL;
  assert_ok(profile_subtract(a, a, &nothing));
  assert_int_equal(nothing->n_samples, 0);
  assert_int_equal(nothing->n_locations, 0);
  assert_int_equal(nothing->n_functions, 0);
  assert_int_equal(nothing->n_mappings, 1); /* the main binary stays the first */
}

static void subtracting_gives_the_difference(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *a = build_profile(A), *b = build_profile(B), *change = NULL;
  assert_ok(profile_subtract(b, a, &change));
  assert_int_equal(sample_value(change, 0, "space"), 300);
  assert_int_equal(sample_value(change, 2, "space"), -20);
  assert_string_equal(stack_text(change, 2), "g;main");
}

static void compacting_drops_what_is_unused(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *b = build_profile(B), *compact = NULL;
  assert_int_equal(b->n_functions, 3);
  assert_ok(profile_compact(b, &compact));
  assert_int_equal(compact->n_samples, 2);
  assert_int_equal(compact->n_functions, 2);
  assert_int_equal(compact->n_locations, 2);
}

static void other_sample_types_are_refused(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *a = build_profile(A);
  _cleanup_profile_ struct profile *cpu = build_profile("types samples/count cpu/nanoseconds");
  _cleanup_profile_ struct profile *period =
      build_profile("types objects/count space/bytes\nperiod 1 cpu/nanoseconds");
  struct profile *merged = NULL;
  const char *const names[] = {"a.pb.gz", "b.pb.gz"};
  assert_error(profile_merge((const struct profile *[]){a, cpu}, names, 2, &merged),
               ERROR_BAD_INPUT, "b.pb.gz has sample types samples/count, cpu/nanoseconds; a.pb.gz");
  assert_error(profile_merge((const struct profile *[]){a, period}, names, 2, &merged),
               ERROR_BAD_INPUT, "b.pb.gz has period type cpu/nanoseconds");
  assert_error(profile_merge((const struct profile *[]){a, cpu}, NULL, 2, &merged), ERROR_BAD_INPUT,
               "profile 2 has");
  assert_null(merged);
}

/* Profiles of different sampling rates given only by their periods (Go's): every sample has to keep
 * its own. */
static void rates_stay_with_their_samples(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *a = build_profile(A), *b = build_profile(A), *merged = NULL;
  a->default_rate = 512;
  b->default_rate = 1024;
  double expected =
      profile_sample_variance(a, &a->samples[0], 1) + profile_sample_variance(b, &b->samples[0], 1);
  assert_ok(profile_merge((const struct profile *[]){a, b}, NULL, 2, &merged));
  assert_int_equal(merged->n_samples, 4);
  double variance = profile_sample_variance(merged, &merged->samples[0], 1) +
                    profile_sample_variance(merged, &merged->samples[2], 1);
  assert_true(expected > 0 && variance == expected);
  b->default_rate = 512;
  profile_destroy(merged);
  merged = NULL;
  assert_ok(profile_merge((const struct profile *[]){a, b}, NULL, 2, &merged));
  assert_int_equal(merged->n_samples, 2);
  assert_int_equal(merged->default_rate, 512);
}

static void scaling_rounds_and_saturates(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *profile =
      build_profile("types a/count b/count c/count\nsample 3 -3 9223372036854775807 | f");
  profile_scale(profile, 0.5);
  assert_int_equal(sample_value(profile, 0, "a"), 2);
  assert_int_equal(sample_value(profile, 0, "b"), -2);
  profile_scale(profile, 1e10);
  assert_int_equal(sample_value(profile, 0, "c"), INT64_MAX);
  profile_scale(profile, -1);
  assert_int_equal(sample_value(profile, 0, "c"), -INT64_MAX);
  assert_int_equal(sample_value(profile, 0, "a"), -20000000000);
}

/* Two processes that did the same did it twice. */
static void comments_of_sums_are_kept(void **state) {
  (void)state;
  static const char *const text =
      "types space/bytes\ncomment same\ncomment totals: allocs=3 frees=2 "
      "bytes=100 threads=1\nsample 5 | f";
  _cleanup_profile_ struct profile *a = build_profile(text), *b = build_profile(text);
  _cleanup_profile_ struct profile *merged = NULL;
  struct profile_totals totals;
  assert_ok(profile_merge((const struct profile *[]){a, b}, NULL, 2, &merged));
  assert_int_equal(merged->n_comments, 3);
  assert_true(profile_totals(merged, &totals));
  assert_int_equal(totals.allocs, 6);
  assert_int_equal(totals.bytes, 200);
}

RUN(TEST(comments_of_sums_are_kept), TEST(equal_samples_are_summed),
    TEST(address_spaces_do_not_matter), TEST(other_builds_stay_apart), TEST(headers_are_combined),
    TEST(labels_in_any_order_are_equal), TEST(merging_is_linear), TEST(what_cancels_out_vanishes),
    TEST(subtracting_gives_the_difference), TEST(compacting_drops_what_is_unused),
    TEST(other_sample_types_are_refused), TEST(rates_stay_with_their_samples),
    TEST(scaling_rounds_and_saturates))
