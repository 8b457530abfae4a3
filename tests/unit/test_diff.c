#include "test.h"

#include "model/diff.h"
#include "model/error_bar.h"

#include <math.h>

static struct diff *diff_of(const char *base, const char *new) {
  _cleanup_profile_ struct profile *a = build_profile(base), *b = build_profile(new);
  struct diff *diff = NULL;
  assert_ok(diff_create(a, b, "space", &diff));
  return diff; /* its strings are its own: a and b are gone */
}

static const struct diff_function *function(const struct diff *diff, const char *name) {
  for (size_t i = 0; i < diff->n_functions; i++)
    if (strcmp(diff->functions[i].name, name) == 0)
      return &diff->functions[i];
  fail_msg("no function %s", name);
  return NULL;
}

static void assert_value(const struct diff_value *value, int64_t base, int64_t new,
                         enum diff_state state) {
  assert_int_equal(value->base, base);
  assert_int_equal(value->new, new);
  assert_int_equal(value->delta, new - base);
  assert_int_equal(value->state, state);
}

static void functions_and_stacks_are_compared(void **state) {
  (void)state;
  _cleanup_diff_ struct diff *diff =
      diff_of("types objects/count space/bytes\n"
              "sample 1 100 | a;main\nsample 1 50 | b;main\nsample 1 10 | c;main\n",
              "types objects/count space/bytes\n"
              "sample 1 150 | a;main\nsample 1 20 | d;main\nsample 1 10 | c;main\n");
  assert_value(&diff->total, 160, 180, DIFF_GROWN);
  assert_value(&function(diff, "a")->flat, 100, 150, DIFF_GROWN);
  assert_true(function(diff, "a")->flat.percent == 50);
  assert_value(&function(diff, "b")->flat, 50, 0, DIFF_GONE);
  assert_value(&function(diff, "c")->flat, 10, 10, DIFF_SAME);
  assert_value(&function(diff, "d")->flat, 0, 20, DIFF_NEW);
  assert_true(function(diff, "d")->flat.percent == INFINITY);
  assert_value(&function(diff, "main")->flat, 0, 0, DIFF_SAME);
  assert_value(&function(diff, "main")->cum, 160, 180, DIFF_GROWN);
  assert_int_equal(diff->n_stacks, 4);
  /* By |delta|, then by name: a 50, b -50, d 20, c 0. */
  assert_string_equal(diff->stacks[0].names[0], "a");
  assert_string_equal(diff->stacks[1].names[0], "b");
  assert_value(&diff->stacks[1].value, 50, 0, DIFF_GONE);
  assert_string_equal(diff->stacks[2].names[0], "d");
  assert_string_equal(diff->stacks[3].names[0], "c");
  assert_string_equal(diff->functions[0].name, "a");
  assert_string_equal(diff->type.unit, "bytes");
}

/* Everything that a rebuild moves: addresses, load address, build-id, path, lines, files, suffixes,
 * inlining, Rust's hashes, the order of sample types. */
static void a_rebuild_is_no_change(void **state) {
  (void)state;
  _cleanup_diff_ struct diff *diff =
      diff_of("types objects/count space/bytes\n"
              "mapping 0x1000 0x2000 0 /old/prog id1\n"
              "sample 1 100 | leaf@a.c:5<mid@a.c:9%0+0x1010;rs::f::h0123456789abcdef@l.rs:1"
              "%0+0x1020;main@m.c:1%0+0x1030\n"
              "sample 1 9 | -%0+0x1800;main@m.c:1%0+0x1030\n"
              "sample 1 7 | work.part.0@w.c:1%0+0x1050;work@w.c:2%0+0x1058;main@m.c:1%0+0x1030\n",
              "types space/bytes objects/count\n"
              "mapping 0x55000 0x57000 0x1000 /new/prog id2\n"
              "sample 100 1 | leaf.constprop.0@b.c:50%0+0x55010;mid.isra.0@b.c:99%0+0x55110;"
              "rs::f::hfedcba9876543210@l.rs:7<main@m.c:100%0+0x55030\n"
              "sample 9 1 | -%0+0x55900;main@m.c:100%0+0x55030\n"
              "sample 7 1 | work@w.c:20%0+0x55058;main@m.c:100%0+0x55030\n");
  assert_value(&diff->total, 116, 116, DIFF_SAME);
  assert_int_equal(diff->n_stacks, 3);
  for (size_t i = 0; i < diff->n_stacks; i++)
    assert_int_equal(diff->stacks[i].value.state, DIFF_SAME);
  for (size_t i = 0; i < diff->n_functions; i++) {
    assert_int_equal(diff->functions[i].flat.state, DIFF_SAME);
    assert_int_equal(diff->functions[i].cum.state, DIFF_SAME);
  }
  assert_non_null(function(diff, "rs::f"));
  assert_int_equal(diff->stacks[0].n_names, 2);
}

static void equal_changes_are_ordered_by_name(void **state) {
  (void)state;
  _cleanup_diff_ struct diff *diff =
      diff_of("types o/count space/bytes\nsample 1 5 | c;m\nsample 1 5 | a;m\nsample 1 5 | a;l",
              "types o/count space/bytes\nsample 1 9 | b;m");
  /* By |flat|: a -10, b 9, c -5; then by |cum|: l -5, m -1. */
  static const char *const functions[] = {"a", "b", "c", "l", "m"};
  for (size_t i = 0; i < 5; i++)
    assert_string_equal(diff->functions[i].name, functions[i]);
  _cleanup_diff_ struct diff *same =
      diff_of("types o/count space/bytes\nsample 1 5 | c;m\nsample 1 5 | a;m\nsample 1 5 | b;m",
              "types o/count space/bytes\nsample 1 5 | x;m");
  static const char *const equal[] = {"a", "b", "c", "x"};
  assert_string_equal(same->functions[4].name, "m");
  for (size_t i = 0; i < 4; i++) {
    assert_string_equal(same->functions[i].name, equal[i]);
    assert_string_equal(same->stacks[i].names[0], equal[i]);
  }
}

static void real_recursion_is_not_folded(void **state) {
  (void)state;
  _cleanup_diff_ struct diff *diff = diff_of("types o/count space/bytes\nsample 1 5 | r;r;main",
                                             "types o/count space/bytes\nsample 1 5 | r;main");
  assert_int_equal(diff->n_stacks, 2);
  assert_value(&function(diff, "r")->cum, 5, 5, DIFF_SAME);
}

static void sampled_changes_are_held_against_their_bars(void **state) {
  (void)state;
  static const char *const base = "types objects/count space/bytes\n"
                                  "sample 100 10000 | a | bytes=100 rate=1000\n"
                                  "sample 100 10000 | b | bytes=100 rate=1000\n"
                                  "sample 100 10000 | c";
  _cleanup_diff_ struct diff *diff = diff_of(base, "types objects/count space/bytes\n"
                                                   "sample 150 15000 | a | bytes=100 rate=1000\n"
                                                   "sample 300 30000 | b | bytes=100 rate=1000\n"
                                                   "sample 101 10100 | c");
  /* p = 1 - e^-0.101 = 0.0960669; a: variance (100 + 150) * 100^2 * (1-p)/p = 23523542, as a normal
   * bar 9506; b: (100 + 300) * ... = 37637668, bar 12024. With 10 to 30 samples the ends are not
   * far from these. */
  const struct diff_value *a = &function(diff, "a")->flat, *b = &function(diff, "b")->flat;
  assert_true(a->interval.low < 5000 - 0.7 * 9506 && a->interval.low > 5000 - 1.3 * 9506);
  assert_true(a->interval.high > 5000 + 0.7 * 9506 && a->interval.high < 5000 + 1.3 * 9506);
  assert_false(a->exceeds);
  assert_true(b->interval.low > 20000 - 1.3 * 12024 && b->interval.high < 20000 + 1.3 * 12024);
  assert_true(b->exceeds);
  /* c was recorded exactly, but the profiles were also sampled every 1000 bytes: either may have
   * missed ln 24 times that. */
  const struct diff_value *c = &function(diff, "c")->flat;
  assert_true(fabs(c->interval.low - (100 - 3178)) < 10 &&
              fabs(c->interval.high - (100 + 3178)) < 10);
  assert_false(c->exceeds);
}

static void exact_changes_are_sure(void **state) {
  (void)state;
  _cleanup_diff_ struct diff *diff = diff_of("types objects/count space/bytes\nsample 1 100 | c",
                                             "types objects/count space/bytes\nsample 1 101 | c");
  assert_true(diff->total.interval.low == 1 && diff->total.interval.high == 1);
  assert_true(diff->total.exceeds);
}

/* A site that only one profile has samples of. */
static void no_sample_is_not_none(void **state) {
  (void)state;
  static const char *const base = "types objects/count space/bytes\n"
                                  "sample 9000 900000 | b | bytes=100 rate=100000";
  _cleanup_diff_ struct diff *diff =
      diff_of(base, "types objects/count space/bytes\n"
                    "sample 9000 900000 | b | bytes=100 rate=100000\n"
                    "sample 2000 200000 | new | bytes=100 rate=100000");
  assert_false(function(diff, "new")->flat.exceeds);
  assert_true(function(diff, "new")->flat.interval.low < 0);
}

static void without_change_nothing_exceeds(void **state) {
  (void)state;
  static const char *const same = "types objects/count space/bytes\nsample 100 10000 | c";
  _cleanup_diff_ struct diff *diff = diff_of(same, same);
  assert_false(diff->total.exceeds);
  assert_true(diff->total.percent == 0);
}

static void types_that_cannot_be_compared_are_told(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *a = build_profile("types space/bytes");
  _cleanup_profile_ struct profile *b = build_profile("types space/kilobytes");
  _cleanup_profile_ struct profile *c = build_profile("types time/ns");
  struct diff *diff = NULL;
  assert_error(diff_create(a, b, NULL, &diff), ERROR_BAD_INPUT, "in bytes in the base profile");
  assert_error(diff_create(a, c, NULL, &diff), ERROR_BAD_INPUT,
               "base profile has no sample type \"time\"");
  assert_error(diff_create(a, a, "x", &diff), ERROR_BAD_INPUT, "new profile has no sample type");
}

RUN(TEST(functions_and_stacks_are_compared), TEST(a_rebuild_is_no_change),
    TEST(equal_changes_are_ordered_by_name), TEST(real_recursion_is_not_folded),
    TEST(sampled_changes_are_held_against_their_bars), TEST(exact_changes_are_sure),
    TEST(no_sample_is_not_none), TEST(without_change_nothing_exceeds),
    TEST(types_that_cannot_be_compared_are_told))
