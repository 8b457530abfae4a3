/* The rule reserve on chains of growth that are written down here: its saving is that of the change
 * which it names. */
#include "history_types.h"
#include "test.h"

#include "advise/advise.h"
#include "base/strbuf.h"

#include <math.h>

enum { EACH = 100000 };
#define MAIN ";main@a.c:20%0+0x2100;start%0+0x2200"
#define INIT "init@a.c:7%0+0x2010" MAIN
#define GROW "grow@a.c:12%0+0x2040" MAIN
#define FREE "done@a.c:30%0+0x2080" MAIN

/* Appends `n` histories of EACH blocks, which end at `end`. */
static void append(struct strbuf *sb, int n, const char *stack, int size, const char *end,
                   const char *labels) {
  for (int i = 0; i < n; i++) {
    size_t number = sb->length; /* any that is new */
    strbuf_appendf(sb, "sample %d %d 0 0 0 0 0 0 0 0 0 0 0 | %s | bytes=%d rate=1\n", EACH,
                   EACH * size, stack, size);
    strbuf_appendf(sb, "sample 0 0 0 0 0 0 0 0 0 %d %d 0 0 | %s | bytes=%d rate=1 history=%zu ",
                   EACH, EACH * size, stack, size, number);
    strbuf_appendf(sb, "born=1 lived=10 %s\n", labels);
    strbuf_appendf(sb, "sample 0 0 0 0 0 0 0 0 0 0 0 %d %d | %s | bytes=%d rate=1 history=%zu\n",
                   EACH, EACH * size, end, size, number);
  }
}

/* `next` is the size that realloc, called at GROW, makes of the blocks; 0 where they are freed. Those of
 * GROW grow in place, so that the item of INIT, where both have one, is the first. */
static void append_blocks(struct strbuf *sb, int n, const char *stack, int size, int next) {
  _cleanup_strbuf_ struct strbuf labels = STRBUF_INIT;
  const char *grown = strcmp(stack, GROW) == 0 ? "realloc_in_place" : "realloc_moved";
  strbuf_appendf(&labels, "end='%s' new_size=%d", next ? grown : "free", next);
  append(sb, n, stack, size, next ? GROW : FREE, labels.data);
}

static void assert_item(const struct strbuf *sb, double bytes, double calls, const char *text) {
  _cleanup_advice_ struct advice advice = {0};
  assert_false(strbuf_failed(sb));
  _cleanup_profile_ struct profile *profile = build_profile(sb->data);
  assert_ok(advise(profile, "test", ADVICE_MOST, &advice));
  assert_int_equal(advice.n_items, bytes > 0);
  if (bytes <= 0)
    return;
  assert_int_equal(advice.items[0].rule, ADVICE_RESERVE);
  assert_true(fabs(advice.items[0].bytes - bytes * EACH) < 0.5);
  assert_true(advice.items[0].calls == calls * EACH);
  assert_non_null(strstr(advice.items[0].text, text));
}

static void chains_that_end_alike_save_what_was_given_up(void **state) {
  (void)state;
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  strbuf_append(&sb, HISTORY_TYPES);
  append_blocks(&sb, 10, GROW, 100, 200);
  append_blocks(&sb, 10, GROW, 200, 400);
  append_blocks(&sb, 10, GROW, 400, 0);
  assert_item(&sb, 10 * 100 + 10 * 200, 20, "Reserve 400 B at the start");
}

/* Seven of ten end at 200 bytes, three go on to 400. With 200 bytes at the start the program makes 10
 * blocks of 200 and 3 of 400: 1000 bytes and 10 blocks less. With 400 it makes 10 of these: only 200
 * bytes less. */
static void a_reserve_for_the_longest_chain_wastes_more_in_the_others(void **state) {
  (void)state;
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  strbuf_append(&sb, HISTORY_TYPES);
  append_blocks(&sb, 10, GROW, 100, 200);
  append_blocks(&sb, 3, GROW, 200, 400);
  append_blocks(&sb, 7, GROW, 200, 0);
  append_blocks(&sb, 3, GROW, 400, 0);
  assert_item(&sb, 10 * 100 + 10 * 200 + 3 * 400 - (10 * 200 + 3 * 400), 10,
              "Reserve 200 B at the start");
}

/* Chains begin at one call with what is there and go on at another: the first has no end of its own. */
static void one_reserve_is_for_both_calls_of_a_chain(void **state) {
  (void)state;
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  strbuf_append(&sb, HISTORY_TYPES);
  append_blocks(&sb, 5, INIT, 100, 200);
  append_blocks(&sb, 5, INIT, 150, 200);
  append_blocks(&sb, 10, GROW, 200, 400);
  append_blocks(&sb, 10, GROW, 400, 0);
  assert_item(&sb, 5 * 100 + 5 * 150 + 10 * 200, 20,
              "allocates the same. Reserve 400 B at the start");
}

/* One block in 20 grows, to a hundred times the size of the others. */
static void no_reserve_serves_chains_of_all_sizes(void **state) {
  (void)state;
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  strbuf_append(&sb, HISTORY_TYPES);
  append_blocks(&sb, 12, GROW, 100, 1000);
  for (int i = 0; i < 12; i++)
    append_blocks(&sb, 1, GROW, 1000 + 900 * i, 0);
  assert_item(&sb, 0, 0, "");
}

/* Without realloc: grow allocates a larger block and frees the one before, at GROWN. The first block is
 * made elsewhere. */
static void the_first_block_of_a_chain_is_no_buffer_of_its_own(void **state) {
  (void)state;
#define GROWN "grow@a.c:13%0+0x2050" MAIN
#define FREED "end='free' lived_calls=1 siblings=0"
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  strbuf_append(&sb, HISTORY_TYPES);
  append(&sb, 10, GROW, 100, GROWN, FREED);
  append(&sb, 10, GROW, 200, GROWN, FREED);
  append(&sb, 10, GROW, 400, FREE, FREED);
  append(&sb, 10, INIT, 50, GROWN, FREED);
  /* The rule that judges the first, reuse, takes off a buffer of 50 bytes. */
  assert_item(&sb, 10 * 50 + 10 * 100 + 10 * 200 - 50.0 / EACH, 30, "init allocates the same");
}

RUN(TEST(chains_that_end_alike_save_what_was_given_up),
    TEST(a_reserve_for_the_longest_chain_wastes_more_in_the_others),
    TEST(the_first_block_of_a_chain_is_no_buffer_of_its_own),
    TEST(one_reserve_is_for_both_calls_of_a_chain), TEST(no_reserve_serves_chains_of_all_sizes))
