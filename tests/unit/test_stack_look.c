/* Looks at threads' stacks and at the busiest thread, as comments of profiles. */
#include "test.h"

#include "model/busiest_thread.h"
#include "model/stack_look.h"

#define TYPES "types alloc_space/bytes\n"

static void a_look_is_read_as_it_was_written(void **state) {
  (void)state;
  const struct stack_look look = {40, 335544320, 819200, 21, 4000000000, 20, 2000000000};
  struct stack_look found;
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  strbuf_append(&sb, TYPES "comment thread_stacks: n=3 reserved=3 touched=3 threads=3 age_ns=3 "
                           "earlier=3 earlier_age_ns=3\ncomment ");
  stack_look_append(&sb, &look);
  _cleanup_profile_ struct profile *profile = build_profile(sb.data);
  assert_true(profile_stack_look(profile, &found));
  assert_memory_equal(&found, &look, sizeof(look)); /* the one with more stacks */
}

static void a_comment_about_call_stacks_is_none(void **state) {
  (void)state;
  struct stack_look found;
  _cleanup_profile_ struct profile *profile =
      build_profile(TYPES "comment stacks: truncated=1 incomplete=2");
  assert_false(profile_stack_look(profile, &found));
}

/* 20 more in two seconds. */
static void growth_is_counted(void **state) {
  (void)state;
  struct stack_look look = {
      .stacks = 40, .age_ns = 4000000000, .earlier = 20, .earlier_age_ns = 2000000000};
  assert_true(stack_look_growth(&look, 16) == 10);
  assert_true(stack_look_growth(&look, 21) == 0);
  look.stacks = 120;
  look.earlier = 100; /* 16 and more, but no quarter */
  assert_true(stack_look_growth(&look, 16) == 0);
  look.earlier = 0;
  look.earlier_age_ns = 0; /* nobody looked: a pool that was started at once looks the same */
  assert_true(stack_look_growth(&look, 16) == 0);
}

static void the_busiest_thread_is_read_as_it_was_written(void **state) {
  (void)state;
  struct busiest_thread found;
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  strbuf_append(&sb, TYPES "comment busiest_thread: number=1 allocs=5 bytes=50 name=\ncomment ");
  busiest_thread_append(&sb, &(struct busiest_thread){7, 100, 2000, "io worker"});
  _cleanup_profile_ struct profile *profile = build_profile(sb.data);
  assert_true(profile_busiest_thread(profile, &found));
  assert_int_equal(found.number, 7);
  assert_int_equal(found.allocs, 100);
  assert_int_equal(found.bytes, 2000);
  assert_string_equal(found.name, "io worker");
  _cleanup_profile_ struct profile *none = build_profile(TYPES "comment busiest_thread: number=1");
  assert_false(profile_busiest_thread(none, &found));
}

RUN(TEST(a_look_is_read_as_it_was_written), TEST(a_comment_about_call_stacks_is_none),
    TEST(growth_is_counted), TEST(the_busiest_thread_is_read_as_it_was_written))
