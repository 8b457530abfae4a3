/* The rules on histories that are written down here: which of them apply, with which saving, and that
 * labels of any number do no harm. */
#include "history_types.h"
#include "test.h"

#include "advise/advise.h"
#include "base/strbuf.h"

#define ALLOC "f@a.c:7%0+0x2010;main@a.c:20%0+0x2100;start%0+0x2200"
#define FREE_BELOW "f@a.c:9%0+0x2020;main@a.c:20%0+0x2100;start%0+0x2200"
#define FREE_ABOVE "f@a.c:5%0+0x2008;main@a.c:20%0+0x2100;start%0+0x2200"
enum { LIVES = 10, EACH = 100000, SIZE = 100 };

/* Appends a site of LIVES histories that stand for EACH objects of SIZE bytes. `extra` are labels of
 * all but the last, `last` of that one; histories are numbered from `first` on. */
static void append_site(struct strbuf *sb, const char *stack, const char *free_stack,
                        const char *extra, const char *last, int first) {
  strbuf_appendf(sb, "sample %d %d 0 0 0 0 0 0 0 0 0 0 0 | %s | bytes=%d rate=1\n", LIVES * EACH,
                 LIVES * EACH * SIZE, stack, SIZE);
  for (int i = first; i < first + LIVES; i++) {
    strbuf_appendf(sb, "sample 0 0 0 0 0 0 0 0 0 %d %d 0 0 | %s | ", EACH, EACH * SIZE, stack);
    strbuf_appendf(sb, "bytes=%d rate=1 history=%d born=%d born_calls=%d born_by=1 %s\n", SIZE, i,
                   i * 1000, i * 50, i < first + LIVES - 1 ? extra : last);
    strbuf_appendf(sb, "sample 0 0 0 0 0 0 0 0 0 0 0 %d %d | %s | ", EACH, EACH * SIZE, free_stack);
    strbuf_appendf(sb, "bytes=%d rate=1 history=%d\n", SIZE, i);
  }
}

static struct profile *site_of(const char *free_stack, const char *extra, const char *last) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  strbuf_append(&sb, HISTORY_TYPES);
  append_site(&sb, ALLOC, free_stack, extra, last, 1);
  assert_false(strbuf_failed(&sb));
  return build_profile(sb.data);
}

#define LOCAL "end='free' lived=10 lived_calls=0 lived_bytes=0 activation=2 siblings=0 freed_by=1"
#define LIVING "end='live' lived=10 lived_calls=0 lived_bytes=0"

static void assert_first(const char *free_stack, const char *labels, const char *last,
                         const char *rule) {
  _cleanup_profile_ struct profile *profile = site_of(free_stack, labels, last);
  _cleanup_advice_ struct advice advice = {0};
  assert_ok(advise(profile, "test", ADVICE_MOST, &advice));
  if (!rule) {
    assert_int_equal(advice.n_items, 0);
    return;
  }
  assert_int_equal(advice.n_items, 1);
  assert_string_equal(advice_rules[advice.items[0].rule].name, rule);
  assert_string_equal(advice.items[0].function, "f");
  assert_int_equal(advice.items[0].line, 7);
  assert_int_equal(advice.items[0].n_histories, LIVES);
}

static void those_that_die_in_their_call_are_for_the_stack(void **state) {
  (void)state;
  assert_first(FREE_BELOW, LOCAL, LOCAL, "stack");
  _cleanup_profile_ struct profile *profile = site_of(FREE_BELOW, LOCAL, LOCAL);
  _cleanup_advice_ struct advice advice = {0};
  assert_ok(advise(profile, "test", ADVICE_MOST, &advice));
  assert_true(advice.items[0].bytes == (double)LIVES * EACH * SIZE);
  assert_true(advice.items[0].calls == (double)LIVES * EACH);
  assert_true(advice.items[0].plus_minus == 0); /* all of an exact figure */
}

static void those_that_the_next_call_frees_are_for_a_buffer(void **state) {
  (void)state;
  assert_first(FREE_ABOVE, LOCAL, LOCAL, "reuse");
#define AFTER "end='free' lived=10 lived_calls=1 lived_bytes=100 activation=2 siblings=1 freed_by=1"
  assert_first(FREE_BELOW, AFTER, AFTER, "reuse");
}

static void one_that_lives_on_is_not_short_lived(void **state) {
  (void)state;
  assert_first(FREE_BELOW, LOCAL, LIVING, NULL);
}

/* Two lines of f, and the same line numbers in g: one item for each function. */
static void lines_of_one_function_are_one_item(void **state) {
  (void)state;
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  strbuf_append(&sb, HISTORY_TYPES);
  append_site(&sb, ALLOC, FREE_BELOW, LOCAL, LOCAL, 1);
  append_site(&sb, "f@a.c:8%0+0x2018;main@a.c:20%0+0x2100;start%0+0x2200", FREE_BELOW, LOCAL, LOCAL,
              100);
  append_site(&sb, "g@a.c:7%0+0x3010;main@a.c:21%0+0x2110;start%0+0x2200",
              "g@a.c:9%0+0x3020;main@a.c:21%0+0x2110;start%0+0x2200", LOCAL, LOCAL, 200);
  _cleanup_profile_ struct profile *profile = build_profile(sb.data);
  _cleanup_advice_ struct advice advice = {0};
  assert_ok(advise(profile, "test", ADVICE_MOST, &advice));
  assert_int_equal(advice.n_items, 2);
  assert_string_equal(advice.items[0].function, "f");
  assert_int_equal(advice.items[0].n_places, 2);
  assert_true(advice.items[0].bytes == 2.0 * LIVES * EACH * SIZE);
  assert_string_equal(advice.items[1].function, "g");
  assert_int_equal(advice.items[1].n_places, 1);
}

/* 20 objects of 1 MiB that stay, made evenly through the run of a second. */
static void append_growing(struct strbuf *sb, const char *stack, int first) {
  for (int i = first; i < first + 20; i++) {
    strbuf_appendf(sb, "sample 1 %d 1 %d 1 %d 0 0 0 0 0 0 0 | %s | bytes=%d rate=1\n", 1 << 20,
                   1 << 20, 1 << 20, stack, 1 << 20);
    strbuf_appendf(sb, "sample 0 0 0 0 0 0 0 0 0 1 %d 0 0 | %s | bytes=%d rate=1 history=%d ",
                   1 << 20, stack, 1 << 20, i);
    int born = 25 + 50 * (i - first); /* ms */
    strbuf_appendf(sb, "end='live' born=%d000000 lived=%d000000 born_by=1\n", born, 1000 - born);
  }
}

static void the_growth_of_two_lines_is_their_sum(void **state) {
  (void)state;
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  strbuf_append(&sb, HISTORY_TYPES);
  append_growing(&sb, "f@a.c:7%0+0x2010;main@a.c:20%0+0x2100", 1);
  append_growing(&sb, "f@a.c:8%0+0x2018;main@a.c:20%0+0x2100", 100);
  _cleanup_profile_ struct profile *profile = build_profile(sb.data);
  _cleanup_advice_ struct advice advice = {0};
  assert_ok(advise(profile, "test", ADVICE_MOST, &advice));
  assert_int_equal(advice.n_items, 1);
  assert_int_equal(advice.items[0].rule, ADVICE_GROWTH);
  assert_int_equal(advice.items[0].n_places, 2);
  assert_non_null(strstr(advice.items[0].text, "In all 40.0 MiB"));
}

/* f frees what it and h allocate, each at one call. By its stack h's could be freed by the next call of
 * main's, so a buffer that is kept is right for both. */
static void one_buffer_of_two_functions_is_one_item(void **state) {
  (void)state;
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  strbuf_append(&sb, HISTORY_TYPES);
  append_site(&sb, ALLOC, FREE_BELOW, LOCAL, LOCAL, 1);
  append_site(&sb, "h@a.c:30%0+0x4010;main@a.c:20%0+0x2100;start%0+0x2200", FREE_BELOW, LOCAL,
              LOCAL, 100);
  _cleanup_profile_ struct profile *profile = build_profile(sb.data);
  _cleanup_advice_ struct advice advice = {0};
  assert_ok(advise(profile, "test", ADVICE_MOST, &advice));
  assert_int_equal(advice.n_items, 1);
  assert_int_equal(advice.items[0].rule, ADVICE_REUSE);
  assert_string_equal(advice.items[0].function, "h");
  assert_int_equal(advice.items[0].n_places, 2);
  /* The buffer of h is allocated once. */
  assert_true(advice.items[0].bytes == 2.0 * LIVES * EACH * SIZE - SIZE);
  assert_non_null(strstr(advice.items[0].text, "f allocates the same"));
}

static void few_that_cost_nothing_are_passed_over(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *profile = site_of(FREE_BELOW, LOCAL, LOCAL);
  _cleanup_advice_ struct advice advice = {0};
  profile->duration_nanos *= 1000;
  assert_ok(advise(profile, "test", ADVICE_MOST, &advice));
  assert_int_equal(advice.n_items, 0);
}

/* Labels are the file's: the work does not depend on their numbers. */
static void any_numbers_do_no_harm(void **state) {
  (void)state;
#define WILD                                                                                       \
  "end='realloc_moved' lived=9223372036854775807 lived_calls=9223372036854775807 "                 \
  "lived_bytes=-9223372036854775807 activation=9223372036854775807 "                               \
  "siblings=9223372036854775807 freed_by=-1 new_size=-5"
  static const char *const labels[] = {
      WILD, "end='free' activation=9223372036854775807 lived=-1 lived_calls=-1", "end='free'",
      "end='?' activation=-9223372036854775807", "activation=1"};
  for (size_t i = 0; i < sizeof(labels) / sizeof(*labels); i++) {
    _cleanup_profile_ struct profile *profile = site_of(FREE_BELOW, labels[i], labels[i]);
    _cleanup_advice_ struct advice advice = {0};
    assert_ok(advise(profile, "test", ADVICE_MOST, &advice));
    profile->duration_nanos = i % 2 ? 0 : INT64_MIN;
    _cleanup_advice_ struct advice again = {0};
    assert_ok(advise(profile, "test", ADVICE_MOST, &again));
  }
}

static void a_profile_without_histories_is_said(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *profile =
      build_profile("types alloc_objects/count alloc_space/bytes\nsample 1 10 | f");
  _cleanup_advice_ struct advice advice = {0};
  assert_error(advise(profile, "x.pb.gz", ADVICE_MOST, &advice), ERROR_BAD_INPUT,
               "memprof run --advise");
}

/* 64 blocks of 1 MiB less a header, freed again, which is what the peak was of; half of them by
 * another thread. `look` is the comment about the heap. */
static void settle(const char *look, struct advice *advice, struct profile **ret) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  enum { BLOCK = (1 << 20) - 8, N = 64 };
  strbuf_appendf(&sb, "%scomment memory: peak_rss=%d\n%s\n", HISTORY_TYPES, 100 << 20, look);
  strbuf_appendf(&sb, "sample %d %d 0 0 %d %d 0 0 0 0 0 0 0 | %s | bytes=%d rate=1\n", N, N * BLOCK,
                 N, N * BLOCK, ALLOC, BLOCK);
  for (int i = 1; i <= 2; i++)
    strbuf_appendf(&sb,
                   "sample 0 0 0 0 0 0 0 0 0 %d %d 0 0 | %s | bytes=%d rate=1 history=%d "
                   "end='free' lived=900000000 born_by=%d freed_by=%d\n",
                   N / 2, N / 2 * BLOCK, ALLOC, BLOCK, i, i, i);
  assert_false(strbuf_failed(&sb));
  *ret = build_profile(sb.data);
  assert_ok(advise(*ret, "test", ADVICE_MOST, advice));
}

static void assert_settings(const char *look, double bytes, const char *change) {
  _cleanup_profile_ struct profile *profile = NULL;
  _cleanup_advice_ struct advice advice = {0};
  settle(look, &advice, &profile);
  assert_int_equal(advice.n_items, change != NULL);
  if (!change)
    return;
  const struct advice_item *item = &advice.items[0];
  assert_int_equal(item->rule, ADVICE_SETTINGS);
  assert_int_equal(item->of, ADVICE_OF_RESIDENT);
  assert_string_equal(item->function, "f");
  assert_true(item->bytes == bytes);
  assert_non_null(strstr(item->text, change));
}

static void memory_that_malloc_holds_has_the_setting_that_frees_it(void **state) {
  (void)state;
  /* The heap has 90 MiB, 80 of them in arenas; live blocks never needed more than 64. */
  assert_settings("comment heap: bytes=94371840 arenas=83886080 n_arenas=8 live=0 arena_live=0 "
                  "plus_minus=0 free=41943040 held=41943040 age_ns=1",
                  26 << 20, "arena_max=1");
  /* One arena would be as large: the blocks are of mmap's size. */
  assert_settings("comment heap: bytes=73400320 arenas=73400320 n_arenas=8 live=0 arena_live=0 "
                  "plus_minus=0 free=52428800 held=41943040 age_ns=1",
                  40 << 20, "mmap_threshold=131072");
  assert_settings("comment heap: bytes=94371840 arenas=0 n_arenas=0 live=0 arena_live=0 "
                  "plus_minus=0 free=20971520 held=83886080 age_ns=1",
                  20 << 20, "mmap_threshold=131072");
  /* The freed blocks are less than half of it. */
  assert_settings("comment heap: bytes=209715200 arenas=0 n_arenas=0 live=0 arena_live=0 "
                  "plus_minus=0 free=157286400 held=157286400 age_ns=1",
                  150 << 20, "malloc_trim(0)");
}

static void memory_that_is_used_again_is_no_matter_of_settings(void **state) {
  (void)state;
  assert_settings("comment x", 0, NULL);
  /* It was used now and then; no page is free; too little; not sure. */
  assert_settings("comment heap: bytes=94371840 arenas=0 n_arenas=0 live=0 arena_live=0 "
                  "plus_minus=0 free=83886080 held=0 age_ns=1",
                  0, NULL);
  assert_settings("comment heap: bytes=94371840 arenas=0 n_arenas=0 live=1048576 arena_live=0 "
                  "plus_minus=0 free=0 held=83886080 age_ns=1",
                  0, NULL);
  assert_settings("comment heap: bytes=94371840 arenas=0 n_arenas=0 live=0 arena_live=0 "
                  "plus_minus=0 free=8388608 held=8388608 age_ns=1",
                  0, NULL);
  assert_settings("comment heap: bytes=94371840 arenas=0 n_arenas=0 live=0 arena_live=0 "
                  "plus_minus=62914560 free=62914560 held=62914560 age_ns=1",
                  0, NULL);
}

RUN(TEST(those_that_die_in_their_call_are_for_the_stack),
    TEST(those_that_the_next_call_frees_are_for_a_buffer),
    TEST(one_that_lives_on_is_not_short_lived), TEST(few_that_cost_nothing_are_passed_over),
    TEST(lines_of_one_function_are_one_item), TEST(the_growth_of_two_lines_is_their_sum),
    TEST(one_buffer_of_two_functions_is_one_item), TEST(any_numbers_do_no_harm),
    TEST(memory_that_malloc_holds_has_the_setting_that_frees_it),
    TEST(memory_that_is_used_again_is_no_matter_of_settings),
    TEST(a_profile_without_histories_is_said))
