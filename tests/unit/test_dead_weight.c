/* The advice on dead weight at the peak: a table of 32 MiB beside a phase that makes as much for
 * a tenth of the run, and what must not be taken for one. */
#include "history_types.h"
#include "test.h"

#include "advise/advise.h"
#include "base/strbuf.h"

#define TABLE "table@a.c:7%0+0x2010;main@a.c:20%0+0x2100;start%0+0x2200"
#define PHASE "phase@a.c:9%0+0x2020;main@a.c:21%0+0x2110;start%0+0x2200"
enum { BLOCK = 32 << 20, MS = 1000000, FOR_EVER = -1 };

/* A block, and how much of it the peak has. */
struct block {
  const char *stack;
  int bytes, born_ms, freed_ms, at_peak;
  bool untold; /* no history tells of it */
};

static void append_block(struct strbuf *sb, const struct block *block, int number) {
  bool lives = block->freed_ms == FOR_EVER;
  int lived = (lives ? 1000 : block->freed_ms) - block->born_ms, live = lives ? block->bytes : 0;
  strbuf_appendf(sb, "sample 1 %d %d %d %d %d 0 0 0 0 0 0 0 | %s | bytes=%d rate=1\n", block->bytes,
                 lives, live, block->at_peak > 0, block->at_peak, block->stack, block->bytes);
  if (block->untold)
    return;
  strbuf_appendf(sb,
                 "sample 0 0 0 0 0 0 0 0 0 1 %d 0 0 | %s | bytes=%d rate=1 history=%d "
                 "end='%s' born=%lld lived=%lld born_by=1\n",
                 block->bytes, block->stack, block->bytes, number, lives ? "live" : "free",
                 (long long)block->born_ms * MS, (long long)lived * MS);
}

/* The item about the table, if there is one. */
static void assert_dead(const struct block *blocks, int n, bool expected) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  _cleanup_advice_ struct advice advice = {0};
  strbuf_append(&sb, HISTORY_TYPES);
  for (int i = 0; i < n; i++)
    append_block(&sb, &blocks[i], i + 1);
  _cleanup_profile_ struct profile *profile = build_profile(sb.data);
  assert_ok(advise(profile, "test", ADVICE_MOST, &advice));
  const struct advice_item *found = NULL;
  for (size_t i = 0; i < advice.n_items; i++)
    if (advice.items[i].rule == ADVICE_PEAK && !strcmp(advice.items[i].function, "table"))
      found = &advice.items[i];
  assert_int_equal(found != NULL, expected);
  if (!found)
    return;
  assert_int_equal(found->of, ADVICE_OF_PEAK);
  assert_true(found->bytes == BLOCK && found->plus_minus == 0);
  assert_non_null(strstr(found->text, "50% of the peak of 64.0 MiB"));
  assert_non_null(strstr(found->text, "while phase makes 32.0 MiB"));
}

static void a_table_that_stays_beside_a_phase_is_dead_weight(void **state) {
  (void)state;
  assert_dead((struct block[]){{TABLE, BLOCK, 0, FOR_EVER, BLOCK}, {PHASE, BLOCK, 500, 600, BLOCK}},
              2, true);
}

static void a_table_that_the_phase_replaces_is_in_use(void **state) {
  (void)state;
  assert_dead((struct block[]){{TABLE, BLOCK, 0, 550, BLOCK},
                               {TABLE, BLOCK, 550, FOR_EVER, 0},
                               {PHASE, BLOCK, 500, 600, BLOCK}},
              3, false);
}

static void a_table_that_the_phase_frees_from_is_in_use(void **state) {
  (void)state;
  assert_dead((struct block[]){{TABLE, BLOCK, 0, FOR_EVER, BLOCK},
                               {TABLE, 1000, 0, 550, 1000},
                               {PHASE, BLOCK, 500, 600, BLOCK}},
              3, false);
}

static void a_table_that_grows_in_the_phase_is_in_use(void **state) {
  (void)state;
  assert_dead((struct block[]){{TABLE, BLOCK, 0, FOR_EVER, BLOCK},
                               {TABLE, 1000, 550, FOR_EVER, 1000},
                               {PHASE, BLOCK, 500, 600, BLOCK}},
              3, false);
}

static void a_phase_that_follows_at_once_may_need_it(void **state) {
  (void)state;
  assert_dead((struct block[]){{TABLE, BLOCK, 0, FOR_EVER, BLOCK}, {PHASE, BLOCK, 50, 150, BLOCK}},
              2, false);
}

static void without_a_phase_nothing_is(void **state) {
  (void)state;
  assert_dead(
      (struct block[]){{TABLE, BLOCK, 0, FOR_EVER, BLOCK}, {PHASE, BLOCK, 500, FOR_EVER, BLOCK}}, 2,
      false);
  assert_dead((struct block[]){{TABLE, BLOCK, 0, FOR_EVER, BLOCK}}, 1, false);
  /* Little of it goes. */
  assert_dead((struct block[]){{TABLE, BLOCK, 0, FOR_EVER, BLOCK},
                               {PHASE, BLOCK, 500, FOR_EVER, BLOCK},
                               {PHASE, BLOCK / 4, 510, 600, BLOCK / 4}},
              3, false);
}

static void a_table_that_goes_after_the_phase_had_an_owner(void **state) {
  (void)state;
  assert_dead((struct block[]){{TABLE, BLOCK, 0, 800, BLOCK}, {PHASE, BLOCK, 500, 600, BLOCK}}, 2,
              false);
  /* At its end a program tidies up. */
  assert_dead((struct block[]){{TABLE, BLOCK, 0, 995, BLOCK}, {PHASE, BLOCK, 500, 600, BLOCK}}, 2,
              true);
}

/* A hundredth that went may be a few of its objects; more is a table that is worked on. */
static void a_table_that_frees_what_no_history_shows_may_be_in_use(void **state) {
  (void)state;
  assert_dead((struct block[]){{TABLE, BLOCK, 0, FOR_EVER, BLOCK, false},
                               {TABLE, BLOCK / 64, 0, 550, 0, true},
                               {PHASE, BLOCK, 500, 600, BLOCK, false}},
              3, false);
  assert_dead((struct block[]){{TABLE, BLOCK, 0, FOR_EVER, BLOCK, false},
                               {TABLE, BLOCK / 128, 0, 550, 0, true},
                               {PHASE, BLOCK, 500, 600, BLOCK, false}},
              3, true);
}

RUN(TEST(a_table_that_stays_beside_a_phase_is_dead_weight),
    TEST(a_table_that_the_phase_replaces_is_in_use),
    TEST(a_table_that_the_phase_frees_from_is_in_use),
    TEST(a_table_that_grows_in_the_phase_is_in_use), TEST(a_phase_that_follows_at_once_may_need_it),
    TEST(a_table_that_frees_what_no_history_shows_may_be_in_use), TEST(without_a_phase_nothing_is),
    TEST(a_table_that_goes_after_the_phase_had_an_owner))
