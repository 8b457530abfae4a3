/* Calibration: sums become the totals that are known, errors shrink, intervals hold the truth, and
 * totals that are not those of the samples change nothing. Programs are simulated: Poisson sampling
 * of sites whose truth is known, with a fixed seed. */
#include "test.h"

#include "base/error.h"
#include "base/strbuf.h"
#include "build_profile.h"
#include "model/calibrate.h"
#include "model/filter.h"
#include "model/merge.h"
#include "model/spread.h"
#include "pprof/decode.h"
#include "pprof/encode.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void assert_near(double value, double expected, double relative) {
  if (!(fabs(value - expected) <= relative * fabs(expected) + 1e-12))
    fail_msg("%.17g is not near %.17g", value, expected);
}

/* A = L L' with L = {2}, {1, 3}, {4, 5, 0}: the third row follows from the others. */
static void a_row_that_others_explain_is_left_out(void **state) {
  (void)state;
  double a[CHOLESKY_MOST][CHOLESKY_MOST] = {{4, 2, 8}, {2, 10, 19}, {8, 19, 41}};
  double x[3] = {0.5, -2, 0}, b[3], found[CHOLESKY_MOST];
  struct cholesky c;
  for (int i = 0; i < 3; i++)
    b[i] = a[i][0] * x[0] + a[i][1] * x[1];
  cholesky_init(&c, 3, a);
  assert_false(c.left_out[0] || c.left_out[1]);
  assert_true(c.left_out[2]);
  cholesky_solve(&c, b, found);
  for (int i = 0; i < 3; i++)
    assert_true(fabs(found[i] - x[i]) < 1e-12);
  assert_near(cholesky_form(&c, b), b[0] * x[0] + b[1] * x[1], 1e-12);
}

static uint64_t seed = 88172645463325252u;
static double uniform(void) { /* xorshift64, in (0, 1] */
  seed ^= seed << 13;
  seed ^= seed >> 7;
  seed ^= seed << 17;
  return ((double)(seed >> 11) + 1) * 0x1p-53;
}

/* How many of n are picked with probability p each. */
static uint64_t binomial(uint64_t n, double p) {
  uint64_t picked = 0;
  if (!(p > 0))
    return 0;
  for (double at = ceil(log(uniform()) / log1p(-p)); at <= (double)n;
       at += ceil(log(uniform()) / log1p(-p)))
    picked++;
  return picked;
}

/* A program's site: so many blocks of this size, so many of which live at the end. */
struct site {
  const char *name;
  uint64_t blocks, live, size;
};
enum { RATE = 65536 };

/* large and medium share a power of two, as do small and tiny; and few and other, which have 20
 * samples together as often as not. */
static const struct site sites[] = {{"large", 20000, 300, 1000},  {"medium", 3000, 3000, 600},
                                    {"small", 100000, 20000, 60}, {"tiny", 4000, 0, 32},
                                    {"huge", 40, 20, 100000},     {"rare", 30, 30, 300},
                                    {"few", 300, 100, 3000},      {"other", 180, 180, 2500}};
enum { N_SITES = sizeof(sites) / sizeof(sites[0]) };

struct run {
  struct profile *profile;
  double calls, bytes, live;
};

static void append_totals(struct strbuf *sb) {
  uint64_t by_size[SIZE_LOGS] = {0}, calls = 0, bytes = 0, live = 0;
  for (int i = 0; i < N_SITES; i++) {
    by_size[size_log((double)sites[i].size)] += sites[i].blocks;
    calls += sites[i].blocks;
    bytes += sites[i].blocks * sites[i].size;
    live += sites[i].live;
  }
  strbuf_appendf(sb,
                 "comment totals: allocs=%" PRIu64 " frees=%" PRIu64 " bytes=%" PRIu64
                 " threads=1\ncomment rates: %d=%" PRIu64 "\ncomment sizes:",
                 calls, calls - live, bytes, RATE, bytes);
  for (int i = 0; i < SIZE_LOGS; i++)
    if (by_size[i])
      strbuf_appendf(sb, " %" PRIu64 "=%" PRIu64, UINT64_C(1) << i, by_size[i]);
  strbuf_append(sb, "\n");
}

/* One run of the program, as it would be recorded. */
static struct profile *run_program(void) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  strbuf_append(&sb, "types alloc_objects/count alloc_space/bytes inuse_objects/count "
                     "inuse_space/bytes\n");
  append_totals(&sb);
  for (int i = 0; i < N_SITES; i++) {
    const struct site *s = &sites[i];
    double p = sampling_probability(RATE, (double)s->size);
    uint64_t live = binomial(s->live, p), drawn = live + binomial(s->blocks - s->live, p);
    if (drawn)
      strbuf_appendf(&sb, "sample %.0f %.0f %.0f %.0f | %s;main | bytes=%" PRIu64 " rate=%d\n",
                     (double)drawn / p, (double)(drawn * s->size) / p, (double)live / p,
                     (double)(live * s->size) / p, s->name, s->size, RATE);
  }
  return build_profile(sb.data);
}

static double sum_of(const struct profile *profile, const char *type) {
  double sum = 0;
  for (size_t i = 0; i < profile->n_samples; i++)
    sum += (double)sample_value(profile, i, type);
  return sum;
}

/* The blocks of sizes with fewer than 20 samples (huge, rare) are not known so well. */
static void parts_add_up_to_what_is_known(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *profile = run_program();
  assert_ok(calibrate_profile(profile));
  assert_non_null(profile->calibration);
  double large = 0, small = 0;
  for (size_t i = 0; i < profile->n_samples; i++) {
    const char *name = stack_text(profile, i);
    double objects = (double)sample_value(profile, i, "alloc_objects");
    large += !strncmp(name, "large", 5) || !strncmp(name, "medium", 6) ? objects : 0;
    small += !strncmp(name, "small", 5) || !strncmp(name, "tiny", 4) ? objects : 0;
    assert_true(sample_value(profile, i, "inuse_objects") <= objects);
  }
  assert_near(large, 23000, 1e-4);
  assert_near(small, 104000, 1e-4);
  double bytes = 20000e3 + 1.8e6 + 6e6 + 128e3 + 4e6 + 9e3 + 9e5 + 4.5e5;
  assert_near(sum_of(profile, "alloc_space"), bytes, 0.01);
  assert_near(sum_of(profile, "inuse_objects"), 300 + 3000 + 20000 + 20 + 30 + 100 + 180, 0.01);
}

enum { RUNS = 400, N_TYPES = 4 };
static const char *const types[N_TYPES] = {"alloc_objects", "alloc_space", "inuse_objects",
                                           "inuse_space"};

static double truth_of(int site, int type) {
  const struct site *s = &sites[site];
  return (double)(type < 2 ? s->blocks : s->live) * (type % 2 ? (double)s->size : 1);
}

struct tally {
  double raw_error, error, off; /* sums of squares; of errors */
  int held;
};

/* A site without a sample has the interval of nothing seen. */
static void tally_run(struct tally tallies[N_SITES][N_TYPES]) {
  _cleanup_profile_ struct profile *profile = run_program();
  assert_ok(calibrate_profile(profile));
  for (int type = 0; type < N_TYPES; type++) {
    struct error_bars bars = error_bars_of(profile, type);
    for (int s = 0; s < N_SITES; s++) {
      struct spread spread = {.unseen = bars.unseen};
      double value = 0, raw = 0, truth = truth_of(s, type);
      for (size_t i = 0; i < profile->n_samples; i++)
        if (!strncmp(stack_text(profile, i), sites[s].name, strlen(sites[s].name))) {
          spread = spread_of_sample(&bars, &profile->samples[i]);
          value = (double)profile->samples[i].values[type];
          raw = (double)profile->samples[i].raw[type];
        }
      struct interval interval = spread_interval(&spread, value);
      struct tally *t = &tallies[s][type];
      t->error += (value - truth) * (value - truth);
      t->off += value - truth;
      t->raw_error += (raw - truth) * (raw - truth);
      t->held += interval.low <= truth && truth <= interval.high;
      assert_true(interval.low <= value && value <= interval.high);
    }
  }
}

/* 400 runs: P(fewer than 368 held) is 0.5% for a coverage of 95%; small counts are held more often.
 * Errors of the figures that make most of a total that is known shrink to less than a half. */
static void errors_shrink_and_intervals_hold(void **state) {
  (void)state;
  struct tally tallies[N_SITES][N_TYPES] = {0};
  for (int i = 0; i < RUNS; i++)
    tally_run(tallies);
  for (int s = 0; s < N_SITES; s++)
    for (int type = 0; type < N_TYPES; type++) {
      const struct tally *t = &tallies[s][type];
      print_message("# %-7s %-13s held %3d of %d, error %.2f of raw, off %+.3f\n", sites[s].name,
                    types[type], t->held, RUNS, sqrt(t->error / fmax(t->raw_error, 1)),
                    t->off / RUNS / fmax(truth_of(s, type), 1));
      assert_true(t->held >= 368);
      assert_true(t->error <= 1.3 * t->raw_error + 1);
    }
  for (int type = 0; type < 2; type++) {
    assert_true(tallies[0][type].error < 0.25 * tallies[0][type].raw_error);
    assert_true(tallies[2][type].error < 0.25 * tallies[2][type].raw_error);
  }
  assert_true(tallies[2][2].error < 0.5 * tallies[2][2].raw_error);
  /* Neither too low nor too high: a fifth of the standard deviation is four of the mean's. */
  for (int s = 6; s < 8; s++)
    assert_true(fabs(tallies[s][0].off) / RUNS < 0.2 * sqrt(tallies[s][0].raw_error / RUNS));
}

/* 16 sampled blocks of 100,000 bytes are estimated as 20.4: 20 objects in the profile, and 2,044,731
 * bytes. The sampled ones are a whole number all the same. */
static void sampled_blocks_are_whole(void **state) {
  (void)state;
  for (int run = 0; run < 50; run++) {
    _cleanup_profile_ struct profile *profile = run_program();
    assert_ok(calibrate_profile(profile));
    struct error_bars bars = error_bars_of(profile, 3);
    for (size_t i = 0; i < profile->n_samples; i++)
      if (!strncmp(stack_text(profile, i), "huge", 4)) {
        double blocks = spread_of_sample(&bars, &profile->samples[i]).seen / 100000;
        assert_true(fabs(blocks - round(blocks)) < 1e-4);
      }
  }
}

/* Allocations that were surely recorded stand beside the sampled ones, and are in the sum before
 * calibration, too: without them it would lie below what was seen. */
static void sure_figures_are_part_of_the_raw_sum(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *run = run_program();
  struct profile_sample sure = run->samples[0];
  sure.labels = profile_array(run, 2, sizeof(*sure.labels));
  memcpy(sure.labels, run->samples[0].labels, 2 * sizeof(*sure.labels));
  sure.labels[1].num = 1; /* its rate */
  sure.values = profile_array(run, N_TYPES, sizeof(*sure.values));
  sure.values[2] = 1000;
  sure.values[3] = 1000000;
  assert_ok(profile_add_sample(run, &sure));
  double before = sum_of(run, "inuse_space");
  assert_ok(calibrate_profile(run));
  assert_non_null(run->calibration);
  struct error_bars bars = error_bars_of(run, 3);
  struct spread sum = {0};
  for (size_t i = 0; i < run->n_samples; i++) {
    struct spread one = spread_of_sample(&bars, &run->samples[i]);
    spread_add(&sum, &one);
  }
  assert_near(sum.raw, before, 1e-3);
  assert_true(sum.seen <= sum.raw);
}

static void assert_left_alone(struct profile *profile) {
  double before = sum_of(profile, "alloc_space");
  assert_ok(calibrate_profile(profile));
  assert_null(profile->calibration);
  assert_true(sum_of(profile, "alloc_space") == before);
}

static void replace_comment(struct profile *profile, const char *begin, const char *text) {
  for (size_t i = 0; i < profile->n_comments; i++)
    if (!strncmp(profile->comments[i], begin, strlen(begin)))
      profile->comments[i] = profile_string(profile, text);
}

static void totals_of_others_change_nothing(void **state) {
  (void)state;
  static const char *const comments[][2] = {
      {"sizes: ", "sizes: 16=1 32=5 64=9"},
      {"rates: ", "rates: 65536=9000000000"},
      {"sizes: ", "size"},
      {"totals: ", "total"},
  };
  for (size_t i = 0; i < sizeof(comments) / sizeof(comments[0]); i++) {
    _cleanup_profile_ struct profile *profile = run_program();
    replace_comment(profile, comments[i][0], comments[i][1]);
    assert_left_alone(profile);
  }
  static const char *const more[] = {"dropped: space=1 reentrant=0 limit=0", "paused: allocs=1",
                                     "totals: allocs=3 frees=2 bytes=100 threads=1"};
  for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
    _cleanup_profile_ struct profile *profile = run_program();
    assert_ok(profile_add_comment(profile, more[i]));
    assert_left_alone(profile);
  }
}

/* Two runs added up have both runs' totals; a part of a run has none. */
static void totals_are_of_whole_programs(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *a = run_program(), *b = run_program(), *sum = NULL;
  assert_ok(profile_merge((const struct profile *[]){a, b}, NULL, 2, &sum));
  assert_ok(calibrate_profile(sum));
  assert_non_null(sum->calibration);
  assert_near(sum_of(sum, "alloc_objects"), 2 * 127550, 0.002);
  struct profile_filter filter = {.focus = "large|small"};
  assert_ok(profile_filter(a, &filter, NULL));
  assert_left_alone(a);
}

/* The same run with figures at the peak: those of its live blocks. */
static struct profile *with_a_peak(struct profile *run, double blocks) {
  struct strbuf sb = STRBUF_INIT;
  strbuf_append(&sb, "types alloc_objects/count alloc_space/bytes inuse_objects/count "
                     "inuse_space/bytes peak_objects/count peak_space/bytes\n");
  append_totals(&sb);
  if (blocks > 0)
    strbuf_appendf(&sb, "comment peak: blocks=%.0f\n", blocks);
  for (size_t i = 0; i < run->n_samples; i++) {
    const int64_t *v = run->samples[i].values;
    int64_t size = 0;
    assert_true(profile_sample_number(&run->samples[i], "bytes", &size));
    strbuf_appendf(&sb,
                   "sample %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64
                   " | %s | bytes=%" PRId64 " rate=%d\n",
                   v[0], v[1], v[2], v[3], v[2], v[3], stack_text(run, i), size, RATE);
  }
  struct profile *profile = build_profile(sb.data);
  strbuf_deinit(&sb);
  assert_ok(calibrate_profile(profile));
  assert_non_null(profile->calibration);
  return profile;
}

/* The samples at the peak are those of the moment at which their sum was largest, by chance, too. The
 * number of blocks that were there says so: of the figures at the peak, and of no others. */
static void blocks_at_the_peak_change_the_peak_alone(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *run = run_program();
  _cleanup_profile_ struct profile *plain = with_a_peak(run, 0);
  double blocks = 0.9 * sum_of(plain, "peak_objects");
  _cleanup_profile_ struct profile *known = with_a_peak(run, blocks);
  for (size_t i = 0; i < plain->n_samples; i++)
    for (int type = 0; type < N_TYPES; type++)
      assert_int_equal(known->samples[i].values[type], plain->samples[i].values[type]);
  /* Not all the way: how many of the sizes without a margin lived then is not known. */
  assert_true(sum_of(known, "peak_objects") < 0.95 * sum_of(plain, "peak_objects"));
  assert_true(sum_of(known, "peak_objects") > 0.95 * blocks);
}

static void files_keep_what_was_estimated(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *profile = run_program(), *again = NULL;
  double before = sum_of(profile, "alloc_objects");
  void *bytes;
  size_t n;
  assert_ok(calibrate_profile(profile));
  assert_true(sum_of(profile, "alloc_objects") != before);
  assert_ok(pprof_encode(profile, &bytes, &n));
  assert_ok(pprof_decode(bytes, n, "test", &again));
  free(bytes);
  assert_true(sum_of(again, "alloc_objects") == before);
}

RUN(TEST(a_row_that_others_explain_is_left_out), TEST(parts_add_up_to_what_is_known),
    TEST(errors_shrink_and_intervals_hold), TEST(sampled_blocks_are_whole),
    TEST(sure_figures_are_part_of_the_raw_sum), TEST(totals_of_others_change_nothing),
    TEST(totals_are_of_whole_programs), TEST(blocks_at_the_peak_change_the_peak_alone),
    TEST(files_keep_what_was_estimated))
