/* The rules that ask how many objects of a site live at once and which die together, on lives that are
 * written down here. */
#include "history_types.h"

enum { EACH = 10000, SIZE = 40, BATCH = 1000 };
#define MAIN ";main@a.c:20%0+0x2100;start%0+0x2200"
#define FREE "f@a.c:9%0+0x2020;g@a.c:1%0+0x3001" MAIN

/* A life by its thread's allocations. */
struct span {
  int born, lived;
  int siblings; /* -1: not known */
  int size;
  int caller; /* line of the function that called f */
};

static void append_life(struct strbuf *sb, const struct span *span, int number) {
  _cleanup_strbuf_ struct strbuf stack = STRBUF_INIT;
  strbuf_appendf(&stack, "f@a.c:7%%0+0x2010;g@a.c:%d%%0+0x%x", span->caller, 0x3000 + span->caller);
  strbuf_append(&stack, MAIN);
  int bytes = EACH * span->size, at_peak = span->lived > 1;
  strbuf_appendf(sb, "sample %d %d 0 0 %d %d 0 0 0 0 0 0 0 | %s | bytes=%d rate=1\n", EACH, bytes,
                 at_peak * EACH, at_peak * bytes, stack.data, span->size);
  strbuf_appendf(sb, "sample 0 0 0 0 0 0 0 0 0 %d %d 0 0 | %s | ", EACH, bytes, stack.data);
  strbuf_appendf(sb, "bytes=%d rate=1 history=%d born=1 born_by=1 freed_by=1 born_calls=%d ",
                 span->size, number, span->born);
  strbuf_appendf(sb, "end='free' lived=10 activation=3 lived_calls=%d siblings=%d\n", span->lived,
                 span->siblings);
  strbuf_appendf(sb, "sample 0 0 0 0 0 0 0 0 0 0 0 %d %d | %s | bytes=%d rate=1 history=%d\n", EACH,
                 bytes, FREE, span->size, number);
}

static void assert_rule(const struct span *spans, int n, enum advice_rule rule, bool expected) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  strbuf_append(&sb, HISTORY_TYPES);
  for (int i = 0; i < n; i++)
    append_life(&sb, &spans[i], i + 1);
  assert_advises(&sb, rule, expected);
}

/* 28 batches of 1000 objects that die at their batch's end. The first `pairs` have two histories, the
 * others one. */
static int batches(struct span *spans, int pairs, int siblings) {
  int n = 0;
  for (int k = 0; k < 28; k++)
    for (int i = 0; i < (k < pairs ? 2 : 1); i++) {
      int at = 100 + 400 * i;
      spans[n++] = (struct span){k * BATCH + at, BATCH - at, siblings, SIZE, 1};
    }
  return n;
}

static void histories_that_are_alone_in_their_batch_say_nothing(void **state) {
  (void)state;
  struct span spans[64];
  assert_rule(spans, batches(spans, 4, 900), ADVICE_BATCH, true);
  /* Three pairs may be chance. */
  assert_rule(spans, batches(spans, 3, 900), ADVICE_BATCH, false);
}

/* A queue: each lives for as long, and dies as far from the others as it was born. */
static void objects_that_meet_and_die_apart_are_no_batch(void **state) {
  (void)state;
  struct span spans[64];
  int n = batches(spans, 8, 900);
  for (int i = 0; i < n; i++)
    spans[i].lived = BATCH;
  assert_rule(spans, n, ADVICE_BATCH, false);
}

/* A recursive function: each object has a stack of its own, and never sees another of it. */
static void objects_of_many_stacks_live_at_once(void **state) {
  (void)state;
  struct span spans[64];
  int n = batches(spans, 8, 0);
  for (int i = 0; i < n; i++)
    spans[i].caller = 1 + i;
  assert_rule(spans, n, ADVICE_BATCH, true);
  assert_rule(spans, n, ADVICE_REUSE, false);
  /* If all had one stack, none would live beside another. */
  assert_rule(spans, batches(spans, 8, 0), ADVICE_BATCH, false);
}

/* A buffer that the function's next call frees. Every second life sees none of its own size class. */
static void a_buffer_of_several_sizes_is_kept(void **state) {
  (void)state;
  struct span spans[16];
  for (int i = 0; i < 16; i++)
    spans[i] = (struct span){2 * i, 1, i % 2, 500 + 20 * i, 1};
  assert_rule(spans, 16, ADVICE_REUSE, true);
  /* Nothing at all was allocated in these lives, so that no call came between. */
  for (int i = 0; i < 16; i++)
    spans[i].lived = i % 2;
  assert_rule(spans, 16, ADVICE_STACK, true);
  /* One size is one class. */
  for (int i = 0; i < 16; i++)
    spans[i] = (struct span){2 * i, 1, i % 2, 500, 1};
  assert_rule(spans, 16, ADVICE_STACK, true);
}

RUN(TEST(histories_that_are_alone_in_their_batch_say_nothing),
    TEST(objects_that_meet_and_die_apart_are_no_batch), TEST(objects_of_many_stacks_live_at_once),
    TEST(a_buffer_of_several_sizes_is_kept))
