/* The last walk of a thread (shim/walk/last_walk.h): on which places in memory its frames rest, and
 * what it has in common with another. The stack is an array of words: frame i was called where
 * word[i] says, and its stack pointer is right behind that word. */
#include "shim/walk/last_walk.h"

#include "shim/walk/arch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { FRAMES = 20, CODE = 0x1000, OTHER = 77777 };
static struct last_walk last;
static uint64_t word[FRAMES], saved_bp[FRAMES];

/* Fresh frames of `depth`, the innermost of which is frame 0; each is called by the next. */
static void walk_stack(uint32_t depth, bool saves_bp) {
  last = (struct last_walk){0};
  for (uint32_t i = 0; i < depth; i++) {
    word[i] = CODE + i;
    saved_bp[i] = 900 + i;
    last.fresh[i] = (struct fresh_frame){.pc = CODE + i,
                                         .sp = (uintptr_t)&word[i] - ARCH_RA_OFFSET,
                                         .bp = 900 + i,
                                         .bp_at = saves_bp ? (uintptr_t)&saved_bp[i] : 0,
                                         .by_bp = saves_bp};
  }
  last_walk_finish(&last, 0, depth, 0, NULL, 0);
}

static const struct walk_frame *innermost(void) {
  return &last.frame[last.depth - 1];
}

static bool holds(void) {
  return walk_checks_hold(&last.checks, innermost()->checks);
}

static bool rests_on(uint64_t *place) {
  uint64_t before = *place;
  *place = OTHER;
  bool lost = !holds();
  *place = before;
  return lost && holds();
}

/* In one batch and in several, whose last is not full. */
static void frames_rest_on_their_return_addresses(void **state) {
  (void)state;
  for (uint32_t depth = 2; depth <= FRAMES; depth++) {
    walk_stack(depth, false);
    assert_int_equal(last.depth, depth);
    assert_int_equal(innermost()->checks, depth - 1);
    assert_false(rests_on(&word[0]));
    for (uint32_t i = 1; i < depth; i++)
      assert_true(rests_on(&word[i]));
    for (uint32_t i = 1; i < depth; i++)
      assert_false(rests_on(&saved_bp[i]));
  }
}

static void frames_rest_on_saved_frame_pointers_that_steps_go_by(void **state) {
  (void)state;
  walk_stack(FRAMES, true);
  assert_int_equal(innermost()->checks, 2 * (FRAMES - 1));
  for (uint32_t i = 1; i < FRAMES; i++)
    assert_true(rests_on(&word[i]) && rests_on(&saved_bp[i]));
}

/* From the innermost one out: the frames around one rest on fewer places. */
static void the_outer_frames_rest_on_fewer_places(void **state) {
  (void)state;
  walk_stack(FRAMES, false);
  for (uint32_t i = 0; i < FRAMES; i++) { /* outermost first */
    assert_int_equal(last.frame[i].checks, i);
    assert_int_equal(last.frame[i].pc, CODE + FRAMES - 1 - i);
  }
  word[3] = OTHER;
  assert_true(walk_checks_hold(&last.checks, last.frame[FRAMES - 1 - 3].checks));
  assert_false(walk_checks_hold(&last.checks, last.frame[FRAMES - 1 - 2].checks));
}

static void a_place_that_is_not_known_never_holds(void **state) {
  (void)state;
  walk_stack(3, true);
  last.fresh[0].bp_at = BP_AT_UNKNOWN;
  last_walk_finish(&last, 0, 3, 0, NULL, 0);
  assert_true(holds()); /* nothing is inside of the innermost frame */
  last.fresh[1].bp_at = BP_AT_UNKNOWN;
  last_walk_finish(&last, 0, 3, 0, NULL, 0);
  assert_false(holds());
}

/* Shared frames stay as they are; what is new goes on top. */
static void a_walk_goes_on_from_shared_frames(void **state) {
  (void)state;
  walk_stack(10, false);
  struct walk_frame kept = last.frame[5];
  for (int i = 0; i < 2; i++)
    last.fresh[i] = (struct fresh_frame){.pc = 0x5000 + (uint64_t)i, .sp = 8 * (uint64_t)i};
  last_walk_finish(&last, 6, 2, 0, NULL, 0);
  assert_int_equal(last.depth, 8);
  assert_int_equal(last.shared, 6);
  assert_memory_equal(&last.frame[5], &kept, sizeof(kept));
  assert_int_equal(last.frame[6].pc, 0x5001);
  assert_int_equal(last.frame[7].pc, 0x5000);
  assert_int_equal(last.frame[6].checks, 6);
}

static void the_hash_is_that_of_the_frames_and_flags(void **state) {
  (void)state;
  uint64_t frames[FRAMES];
  for (uint32_t i = 0; i < FRAMES; i++)
    frames[i] = CODE + i;
  walk_stack(FRAMES, false);
  assert_int_equal(last_walk_hash(&last), walk_hash_of(frames, FRAMES, 0));
  last_walk_finish(&last, 0, FRAMES, 0, NULL, STACK_TRUNCATED);
  assert_int_equal(last_walk_hash(&last), walk_hash_of(frames, FRAMES, STACK_TRUNCATED));
  assert_int_not_equal(last_walk_hash(&last), walk_hash_of(frames, FRAMES, 0));
  assert_int_not_equal(walk_hash_of(frames, FRAMES, 0), walk_hash_of(frames + 1, FRAMES - 1, 0));
  last.depth = 0;
  assert_int_equal(last_walk_hash(&last), walk_hash_of(frames, 0, 0));
}

static void a_frame_is_known_by_the_registers_that_count(void **state) {
  (void)state;
  struct walk_frame frame = {.pc = 1, .sp = 2, .bp = 3};
  for (int needed = 0; needed < 2; needed++) {
    frame.bp_needed = needed;
    assert_true(walk_is_frame(&frame, 1, 2, 3));
    assert_int_equal(walk_is_frame(&frame, 1, 2, 4), !needed);
    assert_false(walk_is_frame(&frame, 1, 4, 3));
    assert_false(walk_is_frame(&frame, 4, 2, 3));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(frames_rest_on_their_return_addresses),
      cmocka_unit_test(frames_rest_on_saved_frame_pointers_that_steps_go_by),
      cmocka_unit_test(the_outer_frames_rest_on_fewer_places),
      cmocka_unit_test(a_place_that_is_not_known_never_holds),
      cmocka_unit_test(a_walk_goes_on_from_shared_frames),
      cmocka_unit_test(the_hash_is_that_of_the_frames_and_flags),
      cmocka_unit_test(a_frame_is_known_by_the_registers_that_count),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
