/* Budgets on profiles of a few samples: each figure by arithmetic that the case shows. */
#include "test.h"

#include "budget/judge.h"
#include "budget/measure.h"
#include "budget/select.h"
#include "model/calibrate.h"

#include <math.h>
#include <stdio.h>

#define TYPES "types alloc_objects/count alloc_space/bytes inuse_objects/count inuse_space/bytes\n"

static const char *const BASE = TYPES "sample 1 100 1 100 | f@/src/a.c:1;main@/src/m.c:1\n"
                                      "sample 2 50 0 0 | g@/src/b.c:1;main@/src/m.c:2\n";
/* f has 200 more, h is new, g is as it was. */
static const char *const NEW = TYPES "sample 1 300 1 300 | f@/src/a.c:1;main@/src/m.c:1\n"
                                     "sample 2 50 0 0 | g@/src/b.c:1;main@/src/m.c:2\n"
                                     "sample 1 10 1 10 | h@/src/b.c:9;main@/src/m.c:3\n";

struct fixture {
  struct profile *bases[3], *new;
  struct sites *sites;
};

static struct fixture fixture_of(const char *const *bases, size_t n, const char *new) {
  struct fixture fixture = {.new = build_profile(new)};
  const char *const names[] = {"base", "base", "base"};
  for (size_t i = 0; i < n; i++)
    fixture.bases[i] = build_profile(bases[i]);
  assert_ok(sites_create((const struct profile *const *)fixture.bases, names, n, fixture.new, "new",
                         &fixture.sites));
  return fixture;
}

static void fixture_deinit(struct fixture *fixture) {
  sites_destroy(fixture->sites);
  for (size_t i = 0; i < 3; i++)
    profile_destroy(fixture->bases[i]);
  profile_destroy(fixture->new);
}

/* The verdict on one limit; checks[0] is its first. */
static struct verdict *verdict_on(const struct fixture *fixture, struct budget_limit limit) {
  struct budget budget = {.confidence = 99, .limits = &limit, .n_limits = 1, .path = "b.yaml"};
  struct verdict *verdict = NULL;
  assert_ok(budget_judge(&budget, fixture->sites, "/src", &verdict));
  return verdict;
}

static void assert_state(const struct fixture *fixture, struct budget_limit limit,
                         enum verdict_state state) {
  _cleanup_verdict_ struct verdict *verdict = verdict_on(fixture, limit);
  assert_true(verdict->n_checks >= 1);
  assert_int_equal(verdict->checks[0].state, state);
}

static struct budget_limit most(double max) {
  return (struct budget_limit){.metric = "alloc_space", .max = "", .max_value = max};
}

static struct budget_limit growth(double percent, double floor) {
  return (struct budget_limit){.metric = "alloc_space",
                               .growth = "",
                               .max_value = -1,
                               .growth_percent = percent,
                               .floor_value = floor};
}

static void an_exact_figure_is_over_from_the_next_byte_on(void **state) {
  (void)state;
  struct fixture fixture = fixture_of(NULL, 0, NEW); /* 300 + 50 + 10 */
  assert_state(&fixture, most(360), VERDICT_OK);
  assert_state(&fixture, most(359), VERDICT_OVER);
  fixture_deinit(&fixture);
}

/* 150 to 360: 210 more, 140%. The floor itself is over, the percentage itself is not. */
static void growth_is_over_above_its_percentage_and_from_its_floor_on(void **state) {
  (void)state;
  struct fixture fixture = fixture_of(&BASE, 1, NEW);
  assert_state(&fixture, growth(140, 0), VERDICT_OK);
  assert_state(&fixture, growth(139, 0), VERDICT_OVER);
  assert_state(&fixture, growth(0, 210), VERDICT_OVER);
  assert_state(&fixture, growth(0, 211), VERDICT_OK);
  fixture_deinit(&fixture);
}

static void a_limit_on_each_site_names_the_ones_that_are_over(void **state) {
  (void)state;
  struct fixture fixture = fixture_of(&BASE, 1, NEW);
  struct budget_limit limit = growth(0, 10);
  limit.each = EACH_SITE;
  _cleanup_verdict_ struct verdict *verdict = verdict_on(&fixture, limit);
  assert_int_equal(verdict->n_checks, 2);
  assert_string_equal(verdict->checks[0].site, "f"); /* by 200 */
  assert_int_equal(verdict->checks[0].value - verdict->checks[0].base, 200);
  assert_string_equal(verdict->checks[1].site, "h"); /* by 10 */
  assert_int_equal(verdict->checks[1].change, DIFF_NEW);
  assert_int_equal(verdict->checks[0].n_stacks, 1);
  assert_string_equal(verdict->checks[0].stacks[0].place->function, "f");
  assert_int_equal(verdict->n_grown, 1);
  assert_int_equal(verdict->n_new, 1);
  assert_int_equal(verdict->n_same, 1);
  fixture_deinit(&fixture);
}

/* Two runs of 100 and 200 that were not sampled spread by s = 70.7 about their mean, 150. With 99%
 * and one degree of freedom Student's t is 31.8: one more run may have 150 + 31.8 s sqrt(1.5). */
static void bases_that_differ_excuse_what_one_base_would_not(void **state) {
  (void)state;
  static const char *const one[] = {TYPES "sample 1 150 0 0 | f\n"};
  static const char *const two[] = {TYPES "sample 1 100 0 0 | f\n", TYPES "sample 1 200 0 0 | f\n"};
  static const char *const new = TYPES "sample 1 220 0 0 | f\n";
  struct fixture fixture = fixture_of(one, 1, new);
  assert_state(&fixture, growth(0, 0), VERDICT_OVER);
  fixture_deinit(&fixture);
  fixture = fixture_of(two, 2, new);
  _cleanup_verdict_ struct verdict *verdict = verdict_on(&fixture, growth(0, 0));
  assert_int_equal(verdict->checks[0].state, VERDICT_INSUFFICIENT);
  assert_true(fabs(verdict->checks[0].bar - 31.821 * 70.711 * 1.2247) < 1);
  fixture_deinit(&fixture);
}

/* At rate 512000 a block of 1000 bytes is sampled with p = 0.00195 and stands for 512: 2560 objects
 * are 5 samples, 5120000 are 10000. Both have twice what is allowed. */
static void few_samples_decide_nothing_and_many_do(void **state) {
  (void)state;
  struct fixture fixture =
      fixture_of(NULL, 0, TYPES "sample 2560 2560000 0 0 | f | bytes=1000 rate=512000\n");
  assert_state(&fixture, most(1280000), VERDICT_INSUFFICIENT);
  fixture_deinit(&fixture);
  fixture =
      fixture_of(NULL, 0, TYPES "sample 5120000 5120000000 0 0 | f | bytes=1000 rate=512000\n");
  assert_state(&fixture, most(2560000000), VERDICT_OVER);
  fixture_deinit(&fixture);
}

static double measured(const struct fixture *fixture, const struct budget *budget,
                       struct budget_limit limit) {
  struct figure figure;
  assert_ok(select_owners(budget, fixture->sites));
  assert_ok(measure_sum(budget, &limit, fixture->sites, fixture->sites->n_bases, &figure));
  return figure.value;
}

static void a_choice_of_sites_is_measured_alone(void **state) {
  (void)state;
  struct fixture fixture = fixture_of(NULL, 0, NEW);
  const struct budget none = {0};
  const struct {
    struct budget_pattern pattern;
    double bytes;
  } cases[] = {{{.function = "^f$"}, 300},
               {{.file = "b\\.c"}, 60},
               {{.function = "^g$", .file = "b\\.c"}, 50},
               {{.function = "^f$", .file = "b\\.c"}, 0}, /* no frame is both */
               {{.function = "main"}, 360}};
  for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
    struct budget_limit limit = {.metric = "alloc_space", .pattern = cases[i].pattern};
    assert_true(measured(&fixture, &none, limit) == cases[i].bytes);
  }
  fixture_deinit(&fixture);
}

/* By the innermost frame that anybody owns; of two owners of one frame the last in the file. */
static void a_sample_has_one_owner(void **state) {
  (void)state;
  struct fixture fixture = fixture_of(NULL, 0, NEW);
  struct budget_pattern all[] = {{.function = "main"}}, leaf[] = {{.function = "^[fg]$"}},
                        also[] = {{.function = "^g$"}};
  struct budget_owner owners[] = {{.name = "all", .sites = all, .n_sites = 1},
                                  {.name = "leaf", .sites = leaf, .n_sites = 1},
                                  {.name = "also", .sites = also, .n_sites = 1}};
  const struct budget budget = {.owners = owners, .n_owners = 3};
  const double bytes[] = {10, 300, 50};
  for (size_t i = 0; i < 3; i++) {
    struct budget_limit limit = {.metric = "alloc_space", .owner = owners[i].name};
    assert_true(measured(&fixture, &budget, limit) == bytes[i]);
  }
  fixture_deinit(&fixture);
}

static void figures_by_operation(void **state) {
  (void)state;
  struct fixture fixture = fixture_of(NULL, 0, NEW);
  struct budget_limit limit = {.metric = "alloc_space", .per = PER_OPERATION};
  struct budget given = {.n_operations = 4};
  assert_true(measured(&fixture, &given, limit) == 90);
  struct budget counted = {.operations = "^g$"}; /* allocates two objects itself */
  assert_true(measured(&fixture, &counted, limit) == 180);
  struct budget none = {0};
  struct figure figure;
  assert_error(measure_sum(&none, &limit, fixture.sites, 0, &figure), ERROR_CANNOT, "--ops");
  fixture_deinit(&fixture);
}

static void lifetimes_and_live_sites(void **state) {
  (void)state;
  struct fixture fixture =
      fixture_of(NULL, 0,
                 "types alloc_objects/count inuse_objects/count lifetime/nanoseconds\n"
                 "sample 10 4 600 | f\n"
                 "sample 5 5 0 | g\n"
                 "sample 2 0 100 | h\n");
  const struct budget none = {0};
  /* 600 + 100 ns over 6 + 2 freed objects. */
  assert_true(measured(&fixture, &none, (struct budget_limit){.metric = "lifetime"}) == 87.5);
  assert_true(measured(&fixture, &none, (struct budget_limit){.metric = BUDGET_LIVE_SITES}) == 2);
  struct figure figure;
  struct budget_limit missing = {.metric = "peak_space"};
  assert_error(measure_sum(&none, &missing, fixture.sites, 0, &figure), ERROR_CANNOT,
               "new does not have peak_space");
  fixture_deinit(&fixture);
}

/* Whether the base's stack is taken for the new one's. */
/* A rate of 1 MiB may have let ln 100 MiB = 4.6 MiB of the base pass by. f's 2 MiB were there in
 * the new run; whether they were in the base nobody knows. 8 MiB more are growth. */
static void a_base_without_a_sample_is_not_zero(void **state) {
  (void)state;
  static const char *const base =
      TYPES "sample 1000000 1000000000 0 0 | g | bytes=1000 rate=1048576\n";
  static const char *const same = "sample 1000000 1000000000 0 0 | g | bytes=1000 rate=1048576\n";
  char small[300], large[300];
  snprintf(small, sizeof(small), "%s%ssample 2 2097152 0 0 | f | bytes=1048576 rate=1\n", TYPES,
           same);
  snprintf(large, sizeof(large), "%s%ssample 8 8388608 0 0 | f | bytes=1048576 rate=1\n", TYPES,
           same);
  struct budget_limit limit = growth(0, 4096);
  limit.each = EACH_SITE;
  struct fixture fixture = fixture_of((const char *const[]){base}, 1, small);
  assert_state(&fixture, limit, VERDICT_INSUFFICIENT);
  fixture_deinit(&fixture);
  fixture = fixture_of((const char *const[]){base}, 1, large);
  assert_state(&fixture, limit, VERDICT_OVER);
  fixture_deinit(&fixture);
}

/* Sampled at 1 MiB: f has no sample, and may have had ln 100 MiB = 4.6 MiB. A limit below that is
 * not known to be kept, and does not fail. A limit above it is kept. */
static void a_limit_on_what_has_no_sample_is_undecided(void **state) {
  (void)state;
  static const char *const sampled =
      TYPES "sample 1000000 1000000000 0 0 | g | bytes=1000 rate=1048576\n";
  static const struct {
    double max;
    enum verdict_state state;
  } cases[] = {{0, VERDICT_INSUFFICIENT}, {4 << 20, VERDICT_INSUFFICIENT}, {5 << 20, VERDICT_OK}};
  struct fixture fixture = fixture_of(NULL, 0, sampled);
  for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
    struct budget_limit limit = most(cases[i].max);
    limit.pattern.function = "^f$";
    assert_state(&fixture, limit, cases[i].state);
  }
  fixture_deinit(&fixture);
  fixture = fixture_of(NULL, 0, TYPES "sample 1000 1000000 0 0 | g | bytes=1000\n");
  struct budget_limit limit = most(0);
  limit.pattern.function = "^f$";
  assert_state(&fixture, limit, VERDICT_OK); /* exact */
  fixture_deinit(&fixture);
}

/* f has few samples at 4 KiB. The upper end is that of a phase at 1 MiB, in which none came. */
static void a_phase_without_a_sample_counts(void **state) {
  (void)state;
  struct fixture fixture =
      fixture_of(NULL, 0,
                 TYPES "sample 1000000 1000000000 0 0 | g | bytes=1000 rate=1048576\n"
                       "sample 400 400000 0 0 | f | bytes=1000 rate=4096\n");
  struct budget_limit limit = most(2 << 20);
  limit.pattern.function = "^f$";
  assert_state(&fixture, limit, VERDICT_INSUFFICIENT);
  limit.max_value = 8 << 20;
  assert_state(&fixture, limit, VERDICT_OK);
  limit.max_value = 100000;
  assert_state(&fixture, limit, VERDICT_OVER);
  fixture_deinit(&fixture);
}

/* A row stands for the sites that have no sample, and only where they could be over. */
static void sites_without_a_sample_are_one_row(void **state) {
  (void)state;
  struct fixture fixture =
      fixture_of(NULL, 0, TYPES "sample 10000000 10000000000 0 0 | g | bytes=1000 rate=1048576\n");
  struct budget_limit limit = most(1 << 20);
  limit.each = EACH_SITE;
  _cleanup_verdict_ struct verdict *low = verdict_on(&fixture, limit);
  assert_int_equal(low->n_over, 1);
  assert_int_equal(low->n_insufficient, 1);
  assert_string_equal(low->checks[0].site, "sites without a sample");
  /* ln 200 of 1 MiB: two comparisons share the chance. */
  assert_true(fabs(low->checks[0].bar - log(200) * (1 << 20)) < 1);
  limit.max_value = 2e10;
  _cleanup_verdict_ struct verdict *high = verdict_on(&fixture, limit);
  assert_int_equal(high->n_insufficient, 0);
  for (size_t i = 0; i < high->n_checks; i++)
    assert_string_equal(high->checks[i].site, "");
  fixture_deinit(&fixture);
}

/* 4000 samples, all of one site and one size: with the calls known, it is known nearly exactly. */
static void known_totals_shrink_the_bars(void **state) {
  (void)state;
  static const char *const text =
      TYPES "comment totals: allocs=4096000 frees=4096000 bytes=1024000000 threads=1\n"
            "comment rates: 262144=1024000000\ncomment sizes: 128=4096000\n"
            "sample 4000000 1000000000 0 0 | g | bytes=250 rate=262144\n";
  struct fixture fixture = {.new = build_profile(text)};
  struct budget_limit limit = most(1);
  limit.pattern.function = "^g$";
  double bar[2];
  for (int i = 0; i < 2; i++) {
    if (i)
      assert_ok(calibrate_profile(fixture.new));
    assert_ok(sites_create(NULL, NULL, 0, fixture.new, "new", &fixture.sites));
    _cleanup_verdict_ struct verdict *verdict = verdict_on(&fixture, limit);
    bar[i] = verdict->checks[0].bar;
    sites_destroy(fixture.sites);
  }
  profile_destroy(fixture.new);
  assert_true(bar[0] > 40e6);
  assert_true(bar[1] > 0 && bar[1] < bar[0] / 4);
}

static bool is_moved(const char *base, const char *new) {
  char bases[200], news[200];
  snprintf(bases, sizeof(bases), "types alloc_space/bytes\nsample 10 | %s\n", base);
  snprintf(news, sizeof(news), "types alloc_space/bytes\nsample 10 | %s\n", new);
  struct fixture fixture = fixture_of((const char *const[]){bases}, 1, news);
  const struct sites *sites = fixture.sites;
  uint32_t site = sites_new(sites)->sites[0];
  bool moved = sites->sites[site].moved;
  assert_int_equal(sites->profiles[0].sites[0] == site, moved || !strcmp(base, new));
  fixture_deinit(&fixture);
  return moved;
}

static void moved_and_renamed_code_keeps_its_site(void **state) {
  (void)state;
  assert_false(is_moved("f;g;main", "f;g;main")); /* the same is not moved */
  assert_true(is_moved("f;g;main", "f;main"));    /* a frame taken out */
  assert_true(is_moved("f;main", "f;wrap;main")); /* put in */
  assert_true(is_moved("f;old;main", "f;fresh;main"));
  assert_false(is_moved("f;a;b;c;main", "f;x;y;z;main")); /* less than half is common */
  assert_false(is_moved("f;a", "g;a;b;c"));
}

RUN(TEST(an_exact_figure_is_over_from_the_next_byte_on),
    TEST(growth_is_over_above_its_percentage_and_from_its_floor_on),
    TEST(a_limit_on_each_site_names_the_ones_that_are_over),
    TEST(bases_that_differ_excuse_what_one_base_would_not),
    TEST(few_samples_decide_nothing_and_many_do), TEST(a_choice_of_sites_is_measured_alone),
    TEST(a_sample_has_one_owner), TEST(figures_by_operation), TEST(lifetimes_and_live_sites),
    TEST(moved_and_renamed_code_keeps_its_site), TEST(a_base_without_a_sample_is_not_zero),
    TEST(a_limit_on_what_has_no_sample_is_undecided), TEST(a_phase_without_a_sample_counts),
    TEST(sites_without_a_sample_are_one_row), TEST(known_totals_shrink_the_bars))
