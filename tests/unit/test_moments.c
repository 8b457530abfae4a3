/* Moments of a run: how they thin out, what they say of stacks, and how they are kept in a profile. */
#include "test.h"

#include "model/moments_text.h"

#include <stdio.h>

#define MS UINT64_C(1000000)

/* Stack i has allocated (i + 1) * t bytes at the time t in ms, and half of them live. */
static struct moment_figures figures_at(size_t i, uint64_t ms) {
  int64_t bytes = (int64_t)((i + 1) * ms);
  return (struct moment_figures){bytes, bytes / 2};
}

static void add_at(struct moments *m, uint64_t ms, size_t n) {
  struct moment_figures *figures = calloc(n + 1, sizeof(*figures));
  for (size_t i = 0; i < n; i++)
    figures[i] = figures_at(i, ms);
  assert_ok(moments_add(m, (struct moment){.time = ms * MS}, figures, n));
  free(figures);
}

/* A run that is looked at every 10 ms until the end, and once more then. */
static void run_for(struct moments *m, uint64_t ms, size_t n) {
  moments_init(m);
  for (uint64_t t = 10; t < ms; t += 10)
    if (moments_due(m, t * MS)) {
      add_at(m, t, n);
      assert_ok(moments_make_room(m));
    }
  add_at(m, ms, n);
}

/* The sum of the changes until a moment is what the stack had then. */
static void assert_sums(const struct moments *m, size_t n) {
  struct moment_figures *sums = calloc(n + 1, sizeof(*sums));
  for (size_t i = 0; i < m->all.count; i++) {
    const struct moment *moment = &m->all.data[i];
    for (size_t j = 0; j < moment->changes.count; j++) {
      sums[moment->changes.data[j].place].allocated += moment->changes.data[j].allocated;
      sums[moment->changes.data[j].place].live += moment->changes.data[j].live;
    }
    for (size_t place = 0; place < n; place++) {
      assert_int_equal(sums[place].allocated, figures_at(place, moment->time / MS).allocated);
      assert_int_equal(sums[place].live, figures_at(place, moment->time / MS).live);
    }
  }
  free(sums);
}

static void a_run_of_any_length_leaves_100_to_200_moments_evenly_spread(void **state) {
  (void)state;
  static const uint64_t lengths[] = {1000,  1985,  1990,   1995,   2000,   3977,
                                     12345, 60000, 100000, 654321, 3600000};
  for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
    _cleanup_moments_ struct moments m;
    run_for(&m, lengths[i], 2);
    assert_in_range(m.all.count, 99, MOMENTS_MOST); /* 99 of 10 ms, and no moment at 0 */
    assert_int_equal(m.all.data[0].time, 10 * MS);
    assert_int_equal(m.all.data[m.all.count - 1].time, lengths[i] * MS);
    for (size_t k = 2; k + 1 < m.all.count; k++)
      assert_int_equal(m.all.data[k].time - m.all.data[k - 1].time, m.interval);
    assert_sums(&m, 2);
  }
}

static void a_short_run_keeps_all_its_moments(void **state) {
  (void)state;
  _cleanup_moments_ struct moments m;
  run_for(&m, 45, 3);
  assert_int_equal(m.all.count, 5); /* at 10, 20, 30, 40 and 45 ms */
  assert_sums(&m, 3);
}

/* 20,000 stacks that all change all the time: 15 moments of them are the most that there is room
 * for. */
static void many_changes_leave_fewer_moments(void **state) {
  (void)state;
  _cleanup_moments_ struct moments m;
  run_for(&m, 1200, 20000);
  assert_in_range(m.all.count, 8, 16);
  assert_in_range(m.n_changes, 1, MOMENTS_MOST_CHANGES + 20000); /* the last one always stays */
  assert_sums(&m, 20000);
}

static void a_stack_that_rests_has_no_change(void **state) {
  (void)state;
  _cleanup_moments_ struct moments m;
  moments_init(&m);
  add_at(&m, 10, 2);
  assert_ok(moments_add(&m, (struct moment){.time = 20 * MS},
                        (struct moment_figures[]){figures_at(0, 10), {20, 0}}, 2));
  assert_int_equal(m.all.data[1].changes.count, 1);
  assert_int_equal(m.all.data[1].changes.data[0].place, 1);
  assert_int_equal(m.all.data[1].changes.data[0].live, -10);
}

/* In the profile stacks 0 and 2 are one sample, 1 has no sample, and 3 comes first. */
static void stacks_become_samples(void **state) {
  (void)state;
  _cleanup_moments_ struct moments m;
  moments_init(&m);
  add_at(&m, 10, 4);
  moments_renumber(&m, (const uint32_t[]){1, UINT32_MAX, 1, 0}, 4);
  const struct moment_changes *changes = &m.all.data[0].changes;
  assert_int_equal(changes->count, 2);
  assert_int_equal(changes->data[0].place, 0);
  assert_int_equal(changes->data[0].allocated, 40);
  assert_int_equal(changes->data[1].place, 1);
  assert_int_equal(changes->data[1].allocated, 10 + 30);
}

static void births_join_the_changes_of_their_moment(void **state) {
  (void)state;
  _cleanup_moments_ struct moments m;
  struct moment_changes births[2] = {{0}, {0}};
  run_for(&m, 20, 2);
  assert_true(VECTOR_PUSH(&births[1], ((struct moment_change){1, 0, 0, 7})));
  assert_true(VECTOR_PUSH(&births[1], ((struct moment_change){9, 0, 0, 8})));
  assert_ok(moments_add_born(&m, births));
  const struct moment_changes *changes = &m.all.data[1].changes;
  assert_int_equal(changes->count, 3);
  assert_int_equal(changes->data[1].born, 7);
  assert_int_equal(changes->data[1].allocated, 20);
  assert_int_equal(changes->data[2].place, 9);
  assert_int_equal(changes->data[2].born, 8);
}

static void marks_too_many_are_left_out(void **state) {
  (void)state;
  _cleanup_moments_ struct moments m;
  moments_init(&m);
  for (uint64_t i = 0; i < 1000; i++)
    assert_true(moments_mark(&m, i, MARK_FORK, "process 1"));
  assert_int_equal(m.marks.count, MOMENTS_MOST_MARKS);
}

#define TYPES "types alloc_space/bytes inuse_space/bytes\n"
#define SAMPLES "sample 30 10 | a;main\nsample 500 0 | b;main\n"
#define HEAD "comment #moments: samples=2\n"
#define WHOLE HEAD "comment #moment: 5 0 0 0 0 30 10 10 1 500 0 0\n"

static void moments_come_back_from_a_profile(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *profile = build_profile(TYPES SAMPLES);
  _cleanup_moments_ struct moments m, back;
  struct moment_changes births[2] = {{0}, {0}};
  moments_init(&m);
  assert_ok(moments_add(&m, (struct moment){.time = 5, .rss = 6, .live = 7, .allocated = 8},
                        (struct moment_figures[]){{20, 15}}, 1));
  assert_ok(moments_add(&m, (struct moment){.time = 9},
                        (struct moment_figures[]){{30, 10}, {500, 0}}, 2));
  assert_true(VECTOR_PUSH(&births[0], ((struct moment_change){0, 0, 0, 10})));
  assert_ok(moments_add_born(&m, births));
  assert_true(moments_mark(&m, 4, MARK_SNAPSHOT, "live memory passed 1 MiB"));
  assert_true(moments_add_other(&m, 4711, "a child"));
  assert_true(moments_add_total(&m, (struct moment_total){-1, 1, 1, 1})); /* before the first */
  assert_true(moments_add_total(&m, (struct moment_total){3, 10, 20, 30}));
  assert_ok(moments_write(&m, profile));
  for (size_t i = 0; i < profile->n_comments; i++)
    assert_true(moments_is_comment(profile->comments[i]));
  assert_ok(moments_read(profile, &back));
  assert_int_equal(back.all.count, 2);
  assert_int_equal(back.all.data[0].time, 5);
  assert_int_equal(back.all.data[0].rss, 6);
  assert_int_equal(back.all.data[0].live, 7);
  assert_int_equal(back.all.data[0].allocated, 8);
  assert_int_equal(back.all.data[0].changes.data[0].born, 10);
  assert_int_equal(back.all.data[1].changes.data[0].live, -5);
  assert_int_equal(back.all.data[1].changes.data[1].place, 1);
  assert_int_equal(back.marks.count, 1);
  assert_int_equal(back.marks.data[0].kind, MARK_SNAPSHOT);
  assert_string_equal(back.marks.data[0].text, "live memory passed 1 MiB");
  assert_int_equal(back.others.count, 1);
  assert_int_equal(back.others.data[0].pid, 4711);
  assert_string_equal(back.others.data[0].name, "a child");
  assert_int_equal(back.others.data[0].totals.count, 1);
  assert_int_equal(back.others.data[0].totals.data[0].time, 3);
  assert_int_equal(back.others.data[0].totals.data[0].allocated, 30);
}

static void a_profile_without_its_own_moments_has_none(void **state) {
  (void)state;
  static const char *const texts[] = {
      TYPES SAMPLES, TYPES SAMPLES WHOLE HEAD /* of two profiles that were merged */};
  for (size_t i = 0; i < 2; i++) {
    _cleanup_profile_ struct profile *profile = build_profile(texts[i]);
    _cleanup_moments_ struct moments m;
    assert_ok(moments_read(profile, &m));
    assert_int_equal(m.all.count, 0);
  }
}

static void damaged_moments_are_refused(void **state) {
  (void)state;
  static const struct {
    const char *text, *says;
  } cases[] = {
      {HEAD, "do not add up"},
      {HEAD "comment #moment: 5 0 0 0 0 30 10 10\n", "do not add up"},
      {HEAD "comment #moment: 5 0 0 0 0 30 10 9 1 500 0 0\n", "do not add up"},
      {"comment #moments: samples=1\n", "more samples than they are of"},
      {HEAD "comment #moment: x\n", "lacks its time"},
      {HEAD "comment #moment: 5 0 0\n", "lacks its time"},
      {HEAD "comment #moment: -5 0 0 0\n", "not later"},
      {HEAD "comment #moment: 5 -1 0 0\n", "lacks its time or its figures"},
      {HEAD "comment #moment: 9007199254740993 0 0 0\n", "lacks its time"},
      {HEAD "comment #moment: 99999999999999999999 0 0 0\n", "lacks its time"},
      {WHOLE "comment #moment: 5 0 0 0\n", "not later"},
      {HEAD "comment #moment: 5 0 0 0 2 30 10 10\n", "a sample that there is not"},
      {HEAD "comment #moment: 5 0 0 0 -1 30 10 10\n", "four numbers"},
      {HEAD "comment #moment: 5 0 0 0 0 30 10 10 0 1 1 1\n", "four numbers"},
      {HEAD "comment #moment: 5 0 0 0 0 30 10\n", "four numbers"},
      {HEAD "comment #moment: 5 0 0 0 0 30 10 x\n", "four numbers"},
      {WHOLE "comment #mark: 5 comet x\n", "unknown kind"},
      {WHOLE "comment #mark: x fork y\n", "lacks its time"},
      {WHOLE "comment #process: x\n", "lacks its number"},
      {WHOLE "comment #process: 1 201 x\n", "lacks its number"},
      {WHOLE "comment #process: 1 1 5 5 5 x\n", "without figures"},
      {WHOLE "comment #process: 1 2 5 5 5 5 5 5 5 5 x\n", "before the last"},
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
    char text[1000];
    snprintf(text, sizeof(text), "%s%s", TYPES SAMPLES, cases[i].text);
    _cleanup_profile_ struct profile *profile = build_profile(text);
    _cleanup_moments_ struct moments m;
    assert_error(moments_read(profile, &m), ERROR_BAD_INPUT, cases[i].says);
  }
}

static void more_than_200_moments_are_refused(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *profile = build_profile(TYPES SAMPLES HEAD);
  _cleanup_moments_ struct moments m;
  for (int i = 0; i <= MOMENTS_MOST; i++) {
    char comment[64];
    snprintf(comment, sizeof(comment), "#moment: %d 0 0 0", i);
    assert_ok(profile_add_comment(profile, comment));
  }
  assert_error(moments_read(profile, &m), ERROR_BAD_INPUT, "more than 200");
}

RUN(TEST(a_run_of_any_length_leaves_100_to_200_moments_evenly_spread),
    TEST(a_short_run_keeps_all_its_moments), TEST(many_changes_leave_fewer_moments),
    TEST(a_stack_that_rests_has_no_change), TEST(stacks_become_samples),
    TEST(births_join_the_changes_of_their_moment), TEST(marks_too_many_are_left_out),
    TEST(moments_come_back_from_a_profile), TEST(a_profile_without_its_own_moments_has_none),
    TEST(damaged_moments_are_refused), TEST(more_than_200_moments_are_refused))
