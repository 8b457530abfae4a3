/* Calibration where the sizes of a program make it hard: many of them, or one whose calls came at
 * another rate than its samples. */
#include "test.h"

#include "base/error.h"
#include "base/strbuf.h"
#include "build_profile.h"
#include "model/calibrate.h"
#include "model/error_bar.h"
#include "model/known_totals.h"
#include "report/head.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Blocks of one size that were allocated at one rate, and how many were drawn, in parts of what was to
 * be expected. */
struct site {
  const char *name;
  uint64_t blocks, size, rate;
  double drawn;
};

/* The totals' comment `what`, by powers of two. */
static void append_by_log(struct strbuf *sb, const char *what, const uint64_t *by_log, size_t n) {
  strbuf_appendf(sb, "comment %s:", what);
  for (size_t i = 0; i < n; i++)
    if (by_log[i])
      strbuf_appendf(sb, " %" PRIu64 "=%" PRIu64, UINT64_C(1) << i, by_log[i]);
  strbuf_append(sb, "\n");
}

static void append_totals(struct strbuf *sb, const struct site *sites, size_t n) {
  uint64_t sizes[SIZE_LOGS] = {0}, rates[RATE_LOGS] = {0}, calls = 0, bytes = 0;
  for (size_t i = 0; i < n; i++) {
    uint64_t all = sites[i].blocks * sites[i].size;
    sizes[size_log((double)sites[i].size)] += sites[i].blocks;
    rates[rate_log((double)sites[i].rate)] += all;
    calls += sites[i].blocks;
    bytes += all;
  }
  strbuf_appendf(sb, "comment totals: allocs=%" PRIu64 " frees=%" PRIu64 " bytes=%" PRIu64, calls,
                 calls, bytes);
  strbuf_append(sb, " threads=1\n");
  append_by_log(sb, "rates", rates, RATE_LOGS);
  append_by_log(sb, "sizes", sizes, SIZE_LOGS);
}

static struct profile *calibrated(const struct site *sites, size_t n) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  strbuf_append(&sb, "types alloc_objects/count alloc_space/bytes inuse_objects/count "
                     "inuse_space/bytes\n");
  append_totals(&sb, sites, n);
  for (size_t i = 0; i < n; i++) {
    double p = sampling_probability((double)sites[i].rate, (double)sites[i].size);
    double objects = round(sites[i].drawn * p * (double)sites[i].blocks) / p;
    if (objects > 0)
      strbuf_appendf(&sb, "sample %.0f %.0f 0 0 | %s;main | bytes=%" PRIu64 " rate=%" PRIu64 "\n",
                     objects, objects * (double)sites[i].size, sites[i].name, sites[i].size,
                     sites[i].rate);
  }
  assert_false(strbuf_failed(&sb));
  struct profile *profile = build_profile(sb.data);
  assert_ok(calibrate_profile(profile));
  return profile;
}

static double objects_of(const struct profile *profile, const char *name) {
  double sum = 0;
  for (size_t i = 0; i < profile->n_samples; i++)
    if (!strncmp(stack_text(profile, i), name, strlen(name)))
      sum += (double)sample_value(profile, i, "alloc_objects");
  return sum;
}

static void assert_near(double value, double expected, double relative) {
  if (!(fabs(value - expected) <= relative * expected))
    fail_msg("%.17g is not near %.17g", value, expected);
}

static int type_named(const struct profile *profile, const char *name) {
  for (size_t i = 0; i < profile->n_sample_types; i++)
    if (!strcmp(profile->sample_types[i].type, name))
      return (int)i;
  fail_msg("no type %s", name);
  return -1;
}

/* A report's head has the line; NULL: it says nothing of what was counted. */
static void assert_head(const struct profile *profile, const char *type, const char *line) {
  char *text = NULL;
  size_t size;
  FILE *out = open_memstream(&text, &size);
  assert_non_null(out);
  struct report_options options = {.profile_name = "p", .type = type_named(profile, type)};
  assert_ok(head_print(profile, &options, out));
  fclose(out);
  if (line)
    assert_non_null(strstr(text, line));
  else
    assert_null(strstr(text, "Counted"));
  free(text);
}

/* Sizes with 50 to 60 samples each, of which some had a fifth more than was to be expected: the calls
 * of the last three of n add up, and so do the others. */
static void assert_sizes_add_up(int n) {
  struct site sites[24];
  double known[2] = {0};
  for (int i = 0; i < n; i++) {
    uint64_t size = UINT64_C(24) << i, blocks = 50 * (UINT64_C(1) << 28) / size;
    bool is_last = i >= n - 3;
    sites[i] = (struct site){is_last ? "last" : "first", blocks, size, 1 << 28, i % 2 ? 1 : 1.2};
    known[is_last] += (double)blocks;
  }
  _cleanup_profile_ struct profile *profile = calibrated(sites, (size_t)n);
  assert_non_null(profile->calibration);
  assert_near(objects_of(profile, "first"), known[0], 1e-4);
  assert_near(objects_of(profile, "last"), known[1], 1e-3);
  assert_head(profile, "alloc_objects", NULL);
  assert_head(profile, "alloc_space", NULL);
}

/* Ten have a total each, and 21 are ten pairs and one that is left over, which goes with the last. */
static void the_calls_of_many_sizes_add_up(void **state) {
  (void)state;
  assert_sizes_add_up(10);
  assert_sizes_add_up(21);
}

/* A short program: it began at a fine rate, where nine in ten samples of `early` are from; at the
 * coarse rate it made most of its blocks, and none was drawn. Their number says nothing of the sites
 * that were seen, and the total of the other size still holds. */
static void a_size_that_was_not_drawn_later_keeps_no_other_from_its_total(void **state) {
  (void)state;
  const struct site sites[] = {{"early", 2000, 48, 512, 1},
                               {"later", 20000, 48, 1 << 20, 0},
                               {"large", 40000, 1000, 1 << 20, 1.3}};
  _cleanup_profile_ struct profile *profile = calibrated(sites, 3);
  assert_non_null(profile->calibration);
  assert_near(objects_of(profile, "large"), 40000, 1e-4);
  assert_near(objects_of(profile, "early"), 2000, 0.01);
  assert_head(profile, "alloc_objects", "\nCounted: 62000, sampled or not\n");
  assert_head(profile, "inuse_objects", NULL);
}

RUN(TEST(the_calls_of_many_sizes_add_up),
    TEST(a_size_that_was_not_drawn_later_keeps_no_other_from_its_total))
