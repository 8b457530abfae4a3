/* Growth over snapshots: the slope where all is known, and how often its interval holds the
 * truth where a program is sampled. Programs are simulated with a fixed seed. */
#include "test.h"

#include "advise/series.h"

#include <math.h>

enum { SNAPSHOTS = 5, RUNS = 2000, SIZE = 100 };
#define STEP_NS 1e9

static uint64_t state;

static double uniform(void) {
  state = state * 6364136223846793005ull + 1442695040888963407ull;
  return ((double)(state >> 11) + 0.5) / 0x1p53;
}

/* Objects that are born between two snapshots, the part of them that lives on, and the part of
 * those that the next step frees; the probability of being sampled. */
struct program {
  const char *name;
  int births;
  double stays, goes, p;
};

/* The points of a run, as they are and as they are estimated. */
static void simulate(const struct program *program, struct series_point *truth,
                     struct series_point *seen) {
  double live = 0, sampled = 0, allocated = 0, sampled_allocated = 0;
  for (int i = 0; i < SNAPSHOTS; i++) {
    double went = 0, sampled_went = 0;
    for (int k = 0; k < (int)live; k++) /* the sampled ones are the first */
      if (uniform() < program->goes) {
        went++;
        sampled_went += k < (int)sampled;
      }
    live -= went;
    sampled -= sampled_went;
    for (int k = 0; k < program->births; k++) {
      bool stays = uniform() < program->stays, drawn = uniform() < program->p;
      allocated++;
      live += stays;
      sampled += stays && drawn;
      sampled_allocated += drawn;
    }
    double each = SIZE / program->p, beyond = (1 - program->p) / program->p * SIZE;
    truth[i] = (struct series_point){STEP_NS * (i + 1), SIZE * live, 0, SIZE * allocated};
    seen[i] = (struct series_point){STEP_NS * (i + 1), each * sampled, each * sampled * beyond,
                                    each * sampled_allocated};
  }
}

static void assert_coverage(const struct program *program) {
  struct series_point truth[SNAPSHOTS], seen[SNAPSHOTS];
  unsigned held = 0, grown = 0;
  double bias = 0;
  state = 1;
  for (int run = 0; run < RUNS; run++) {
    simulate(program, truth, seen);
    struct series_growth exact = series_growth_of(truth, SNAPSHOTS);
    struct series_growth found = series_growth_of(seen, SNAPSHOTS);
    assert_true(exact.plus_minus == 0 && exact.grown_plus_minus == 0);
    held += fabs(found.per_second - exact.per_second) <= found.plus_minus;
    grown += fabs(found.grown - exact.grown) <= found.grown_plus_minus;
    bias += (found.per_second / exact.per_second - 1) / RUNS;
  }
  print_message("# %s: slopes %.1f%%, sums %.1f%% hold; bias %.2f%%\n", program->name,
                100.0 * held / RUNS, 100.0 * grown / RUNS, 100 * bias);
  /* 2000 runs are good to 1%; where blocks come and go the interval is a bound. */
  assert_true(held >= 0.93 * RUNS && grown >= 0.93 * RUNS);
  assert_true(fabs(bias) < 0.02);
}

static void intervals_hold_the_slope(void **unused) {
  (void)unused;
  static const struct program programs[] = {
      {"all stay", 1000, 1, 0, 0.1},
      {"few samples", 300, 1, 0, 0.1},
      {"temporaries beside", 2000, 0.2, 0, 0.1},
      {"a tenth goes", 1000, 1, 0.1, 0.1},
  };
  for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++)
    assert_coverage(&programs[i]);
}

/* 1, 3, 5 MB at 1, 2 and 4 seconds: the mean time is 7/3, so the slope is (-4/3 * 1 - 1/3 * 3 +
 * 5/3 * 5) / (16/9 + 1/9 + 25/9) = 6 / (42/9) MB. */
static void a_line_by_hand(void **unused) {
  (void)unused;
  const struct series_point points[] = {{1e9, 1e6, 0, 1e6}, {2e9, 3e6, 0, 3e6}, {4e9, 5e6, 0, 5e6}};
  struct series_growth growth = series_growth_of(points, 3);
  assert_true(fabs(growth.per_second - 6e6 / (42.0 / 9)) < 1);
  assert_true(growth.each && growth.grown == 4e6);
}

static bool grows_in_each(double a, double b, double c, double d) {
  const struct series_point points[] = {
      {1e9, a, 0, 9}, {2e9, b, 0, 9}, {3e9, c, 0, 9}, {4e9, d, 0, 9}};
  return series_growth_of(points, 4).each;
}

static void one_that_rests_or_falls_does_not_grow_in_each(void **unused) {
  (void)unused;
  assert_true(grows_in_each(100, 200, 300, 400));
  assert_true(grows_in_each(100, 250, 300, 400));
  assert_false(grows_in_each(100, 200, 300, 300)); /* a cache that is full */
  assert_false(grows_in_each(100, 200, 300, 310)); /* or nearly so */
  assert_false(grows_in_each(100, 300, 100, 300)); /* a sawtooth */
  assert_false(grows_in_each(400, 300, 200, 100));
}

RUN(TEST(intervals_hold_the_slope), TEST(a_line_by_hand),
    TEST(one_that_rests_or_falls_does_not_grow_in_each))
