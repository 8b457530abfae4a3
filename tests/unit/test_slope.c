/* The slope of a site's growth: exact where all is known, and its interval holds the truth about
 * as often as it says where a program is sampled. Programs are simulated with fixed seeds. */
#include "test.h"

#include "advise/slope.h"
#include "common/history.h"

#include <math.h>

#define RUN_NS 10e9
enum { RUNS = 2000, SIZE = 100, MOST_STRATA = 2 };

static uint64_t state;

static double uniform(void) {
  state = state * 6364136223846793005ull + 1442695040888963407ull;
  return ((double)(state >> 11) + 0.5) / 0x1p53;
}

/* A program: how many objects a run has, when the i-th of n is born, how long it lives, and the
 * probabilities with which its two phases, each a site of the recording, are sampled. */
struct program {
  const char *name;
  size_t n;
  double (*born)(size_t i, size_t n);
  double (*lived)(void); /* RUN_NS and more: it stays */
  double p[MOST_STRATA];
};

static double evenly(size_t i, size_t n) {
  return RUN_NS * ((double)i + 0.5) / (double)n;
}
static double in_bursts(size_t i, size_t n) {
  size_t burst = i * 20 / n;
  return RUN_NS * ((double)burst + 0.1) / 20;
}
static double ever_faster(size_t i, size_t n) {
  return RUN_NS * sqrt(((double)i + 0.5) / (double)n);
}
static double for_ever(void) {
  return 2 * RUN_NS;
}
static double one_in_twelve_goes(void) {
  return uniform() < 1.0 / 12 ? RUN_NS * uniform() : 2 * RUN_NS;
}

static double adds(double born, double lived) {
  double end = fmin(born + lived, RUN_NS);
  if (end > 0.99 * RUN_NS)
    end = RUN_NS;
  return 6 * SIZE * (born * (RUN_NS - born) - end * (RUN_NS - end)) / pow(RUN_NS, 3) * 1e9;
}

/* Everything that a site is made of, and storage for its histories. */
struct simulated {
  struct life lives[MOST_STRATA * HISTORIES_OF_SITE];
  const struct life *pointers[MOST_STRATA * HISTORIES_OF_SITE];
  struct profile_sample stacks[MOST_STRATA];
  uint32_t locations[MOST_STRATA];
  size_t recorded[MOST_STRATA];
  struct advise_site site;
  double truth; /* the slope of all objects */
};

/* Vitter's algorithm R, as the shim has it. */
static void record_object(struct simulated *s, unsigned stratum, double born, double lived) {
  size_t n = ++s->recorded[stratum], place = n - 1;
  if (n > HISTORIES_OF_SITE) {
    place = (size_t)(uniform() * (double)n);
    if (place >= HISTORIES_OF_SITE)
      return;
  }
  bool ends = born + lived < RUN_NS;
  s->lives[stratum * HISTORIES_OF_SITE + place] =
      (struct life){.birth = &s->stacks[stratum],
                    .size = SIZE,
                    .end = ends ? LIFE_FREED : LIFE_LIVE,
                    .born = born,
                    .lived = ends ? lived : RUN_NS - born};
}

/* Estimates as the recording makes them: each recorded object stands for 1/p, and a history for its
 * part of their sum. */
static void weigh(struct simulated *s, const struct program *program) {
  for (unsigned k = 0; k < MOST_STRATA; k++) {
    double objects = (double)s->recorded[k] / program->p[k];
    size_t n = s->recorded[k] < HISTORIES_OF_SITE ? s->recorded[k] : HISTORIES_OF_SITE;
    for (size_t i = 0; i < n; i++) {
      struct life *life = &s->lives[k * HISTORIES_OF_SITE + i];
      life->objects = objects / (double)n;
      s->pointers[s->site.lives.count++] = life;
    }
    s->site.objects += objects;
    s->site.alloc_variance += objects * (1 - program->p[k]) / program->p[k] * SIZE * SIZE;
  }
  s->site.bytes = s->site.alloc = s->site.objects * SIZE;
  s->site.lives.data = s->pointers;
}

static void simulate(struct simulated *s, const struct program *program) {
  *s = (struct simulated){0};
  for (unsigned k = 0; k < MOST_STRATA; k++) {
    s->locations[k] = k;
    s->stacks[k] = (struct profile_sample){.n_locations = 1, .locations = &s->locations[k]};
  }
  for (size_t i = 0; i < program->n; i++) {
    double born = program->born(i, program->n), lived = program->lived();
    unsigned stratum = born > RUN_NS / 3;
    s->truth += adds(born, lived);
    if (uniform() < program->p[stratum])
      record_object(s, stratum, born, lived);
  }
  weigh(s, program);
}

static void assert_coverage(const struct program *program) {
  static struct simulated s;
  unsigned held = 0;
  double bias = 0, width = 0;
  state = 1;
  for (int run = 0; run < RUNS; run++) {
    simulate(&s, program);
    struct slope slope = slope_of_bytes(&s.site, RUN_NS);
    held += fabs(slope.per_second - s.truth) <= slope.plus_minus;
    bias += (slope.per_second / s.truth - 1) / RUNS;
    width += slope.plus_minus / s.truth / RUNS;
  }
  print_message("# %s: %.1f%% hold, bias %.2f%%, +- %.0f%%\n", program->name, 100.0 * held / RUNS,
                100 * bias, 100 * width);
  /* 2000 runs are good to 1% (two standard deviations). Variances that are estimated from a few
   * dozen histories cost up to 2%; bounds that are above the variance may cost nothing. */
  assert_true(held >= 0.92 * RUNS && held <= 0.995 * RUNS);
  assert_true(fabs(bias) < 0.02);
}

static void intervals_hold_the_slope(void **unused) {
  (void)unused;
  static const struct program programs[] = {
      {"all stay", 5000, evenly, for_ever, {0.05, 0.05}},
      {"few samples", 600, evenly, for_ever, {0.05, 0.05}},
      {"a rate that rises", 20000, evenly, for_ever, {0.5, 0.01}},
      {"bursts", 4000, in_bursts, for_ever, {0.1, 0.1}},
      {"faster and faster", 5000, ever_faster, for_ever, {0.1, 0.1}},
      {"some go", 5000, evenly, one_in_twelve_goes, {0.05, 0.05}},
      {"all recorded, a choice kept", 5000, evenly, one_in_twelve_goes, {1, 1}},
  };
  for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++)
    assert_coverage(&programs[i]);
}

/* 60 objects of 100 bytes that are born evenly within 10 s: 600 bytes a second. */
static void all_that_is_known_is_exact(void **unused) {
  (void)unused;
  static struct simulated s;
  static const struct program all = {"", 60, evenly, for_ever, {1, 1}};
  simulate(&s, &all);
  struct slope slope = slope_of_bytes(&s.site, RUN_NS);
  assert_true(fabs(slope.per_second - 600) < 1);
  assert_true(slope.plus_minus < 1e-6);
  slope = slope_of_objects(&s.site, RUN_NS);
  assert_true(fabs(slope.per_second - 6) < 0.01);
  assert_true(slope_is_steady(&s.site, RUN_NS));
}

static void births_in_the_first_half_alone_are_not_steady(void **unused) {
  (void)unused;
  static struct simulated s;
  static const struct program all = {"", 60, evenly, for_ever, {1, 1}};
  simulate(&s, &all);
  for (size_t i = 0; i < sizeof(s.lives) / sizeof(*s.lives); i++)
    s.lives[i].born /= 2;
  assert_false(slope_is_steady(&s.site, RUN_NS));
}

static void nothing_known_is_no_growth(void **unused) {
  (void)unused;
  struct advise_site site = {0};
  struct slope slope = slope_of_bytes(&site, RUN_NS);
  assert_true(slope.per_second == 0 && slope.plus_minus == 0 && !slope_is_up(&slope));
  slope = slope_of_bytes(&site, 0);
  assert_true(slope.per_second == 0 && slope.plus_minus == 0);
}

RUN(TEST(intervals_hold_the_slope), TEST(all_that_is_known_is_exact),
    TEST(births_in_the_first_half_alone_are_not_steady), TEST(nothing_known_is_no_growth))
