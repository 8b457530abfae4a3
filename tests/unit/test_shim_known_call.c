/* A thread's known calls (shim/walk/known_call.h): which call is met again, and how much of its
 * stack the last walk must still have. The walks are made of words here: each frame rests on one
 * more check than the frame around it. */
#include "shim/walk/known_call.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { WORDS = 64, OTHER = 77777 };
uint32_t unwind_forgotten;
static struct known_calls calls;
static struct last_walk last;
static uint64_t word[WORDS];

/* A walk of `depth` frames, all of which it found itself, and the checks that it rests on. */
static void make_walk(uint32_t depth) {
  last = (struct last_walk){.depth = depth};
  for (uint32_t i = 0; i < WORDS; i++)
    word[i] = 500 + i;
  for (uint32_t i = 0; i < depth; i++) {
    last.frame[i] = (struct walk_frame){
        .pc = 0x1000 + i, .sp = 0x9000 - 16 * i, .bp = 0x9008 - 16 * i, .hash = 100 + i};
    last.frame[i].checks = (uint16_t)i;
    last.checks.address[i] = &word[i];
    last.checks.value[i] = word[i];
  }
}

static struct cfi_frame call_start(void) {
  const struct walk_frame *frame = &last.frame[last.depth - 1];
  return (struct cfi_frame){frame->pc, frame->sp, frame->bp};
}

static const struct known_call *call_find(struct cfi_frame at) {
  return known_call_find(&calls, &at, &last);
}

static bool is_found(void) {
  return call_find(call_start()) != NULL;
}

static int forget_calls(void **state) {
  (void)state;
  memset(&calls, 0, sizeof(calls));
  return 0;
}

/* Whether the call is not found while the word has another value. */
static bool rests_on(uint64_t *place) {
  uint64_t before = *place;
  *place = OTHER;
  bool lost = !is_found();
  *place = before;
  return lost && is_found();
}

static void a_call_is_met_again_with_the_same_stack_around_it(void **state) {
  (void)state;
  make_walk(5);
  struct known_call *call = known_call_keep(&calls, &last);
  assert_ptr_equal(call_find(call_start()), call);
  assert_int_equal(call->hash, last_walk_hash(&last));
  for (int i = 0; i < 4; i++)
    assert_true(rests_on(&word[i]));
  assert_false(rests_on(&word[4]));
  struct cfi_frame other = call_start();
  other.pc++;
  assert_null(call_find(other));
  other = call_start();
  other.sp += 8;
  assert_null(call_find(other));
  unwind_forgotten++;
  assert_null(call_find(call_start()));
}

static void the_frame_pointer_counts_where_a_step_goes_by_it(void **state) {
  (void)state;
  for (int needed = 0; needed < 2; needed++) {
    forget_calls(NULL);
    make_walk(5);
    last.frame[4].bp_needed = needed;
    last.forgotten = unwind_forgotten;
    known_call_keep(&calls, &last);
    struct cfi_frame other = call_start();
    other.bp += 8;
    assert_int_equal(call_find(other) == NULL, needed);
  }
}

/* All checks find room with the call: another last walk does not matter. One more: it does. */
static void short_stacks_need_no_last_walk(void **state) {
  (void)state;
  for (uint32_t checks = KNOWN_CHECKS; checks <= KNOWN_CHECKS + 1; checks++) {
    forget_calls(NULL);
    make_walk(checks + 1);
    last.forgotten = unwind_forgotten;
    known_call_keep(&calls, &last);
    struct cfi_frame at = call_start();
    assert_non_null(call_find(at));
    last.frame[checks].hash++;
    assert_int_equal(call_find(at) != NULL, checks == KNOWN_CHECKS);
  }
}

enum { SHARED = 10, DEPTH = 20 };

/* A walk whose outer frames the last one had found already. */
static struct known_call *keep_deep(uint32_t shared, uint32_t depth) {
  forget_calls(NULL);
  make_walk(depth);
  last.shared = shared;
  last.forgotten = unwind_forgotten;
  return known_call_keep(&calls, &last);
}

static void a_deep_stack_has_its_outer_frames_in_the_last_walk(void **state) {
  (void)state;
  struct known_call *call = keep_deep(SHARED, DEPTH);
  assert_true(is_found());
  assert_int_equal(call->base, SHARED);
  assert_int_equal(call->n_inner, DEPTH - SHARED);
  for (int i = 0; i < DEPTH - 1; i++)
    assert_true(rests_on(&word[i]));
  assert_true(rests_on(&last.frame[SHARED - 1].hash));
  assert_true(rests_on(&last.frame[SHARED - 1].sp));
  assert_false(rests_on(&last.frame[SHARED - 1].bp));
  last.frame[SHARED - 1].bp_needed = true;
  assert_true(rests_on(&last.frame[SHARED - 1].bp));
  struct cfi_frame at = call_start();
  last.depth = SHARED;
  assert_non_null(call_find(at));
  last.depth = SHARED - 1;
  assert_null(call_find(at));
}

/* Between the shared frames and the innermost one there may be as many checks as find room. */
static void too_deep_a_stack_is_all_in_the_last_walk(void **state) {
  (void)state;
  assert_int_equal(keep_deep(SHARED, SHARED + KNOWN_CHECKS)->base, SHARED);
  assert_true(is_found());
  struct known_call *call = keep_deep(SHARED, SHARED + KNOWN_CHECKS + 1);
  assert_int_equal(call->base, SHARED + KNOWN_CHECKS + 1);
  assert_int_equal(call->n_inner, 0);
  assert_true(is_found());
}

/* The walk that a stack is known by may have ended too early. */
static void flags_stay_with_the_last_walk(void **state) {
  (void)state;
  make_walk(5);
  last.flags = STACK_INCOMPLETE;
  assert_null(known_call_keep(&calls, &last));
  last.flags = STACK_TRUNCATED;
  last.forgotten = unwind_forgotten;
  struct known_call *call = known_call_keep(&calls, &last);
  assert_int_equal(call->base, 5);
  assert_int_equal(call->flags, STACK_TRUNCATED);
  make_walk(0);
  assert_null(known_call_keep(&calls, &last));
}

/* The same function at the same height, called by way of others: all are of one set. */
static struct known_call *keep_hash(uint64_t hash) {
  make_walk(5);
  last.forgotten = unwind_forgotten;
  last.frame[4].hash = hash;
  return known_call_keep(&calls, &last);
}

static void a_set_keeps_its_newest_calls(void **state) {
  (void)state;
  struct known_call *kept[KNOWN_WAYS];
  for (unsigned i = 0; i < KNOWN_WAYS; i++) {
    kept[i] = keep_hash(1000 + i);
    for (unsigned k = 0; k < i; k++)
      assert_ptr_not_equal(kept[i], kept[k]);
  }
  for (unsigned i = 0; i < KNOWN_WAYS; i++)
    assert_ptr_equal(keep_hash(1000 + i), kept[i]);
  for (unsigned i = 0; i < KNOWN_WAYS; i++)
    assert_ptr_equal(keep_hash(2000 + i), kept[i]);
}

static void an_ended_threads_calls_are_not_known(void **state) {
  (void)state;
  make_walk(5);
  last.forgotten = unwind_forgotten;
  known_call_keep(&calls, &last);
  assert_true(is_found());
  known_calls_clear(&calls);
  assert_false(is_found());
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(a_call_is_met_again_with_the_same_stack_around_it, forget_calls),
      cmocka_unit_test_setup(the_frame_pointer_counts_where_a_step_goes_by_it, forget_calls),
      cmocka_unit_test_setup(short_stacks_need_no_last_walk, forget_calls),
      cmocka_unit_test_setup(a_deep_stack_has_its_outer_frames_in_the_last_walk, forget_calls),
      cmocka_unit_test_setup(too_deep_a_stack_is_all_in_the_last_walk, forget_calls),
      cmocka_unit_test_setup(flags_stay_with_the_last_walk, forget_calls),
      cmocka_unit_test_setup(a_set_keeps_its_newest_calls, forget_calls),
      cmocka_unit_test_setup(an_ended_threads_calls_are_not_known, forget_calls),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
