/* Walks that end at a return address of 0: the last walk is taken over only while the 0 stands
 * where it was found. The stacks are made of words here, and their code lies in no object, so each
 * step goes by the frame pointer. */
#include "shim/walk/unwind.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

#include <cmocka.h>

/* A guessed frame that goes on in another page is not taken over: none does so here by chance. */
enum { CODE = 0x1000, WORDS = 64, WITHIN_PAGE = WORDS * sizeof(uintptr_t) };
static struct last_walk last;

/* A frame's end: the caller's frame pointer, and the return address into it. */
static void put(uintptr_t *at, const uintptr_t *bp, uintptr_t pc) {
  at[0] = (uintptr_t)bp;
  at[1] = pc;
}

static void walk(const uintptr_t *sp, const uintptr_t *bp, uintptr_t pc) {
  struct cfi_frame start = {pc, (uintptr_t)sp, (uintptr_t)bp};
  unwind_stack(start, &last, RECORDING_MAX_DEPTH, true);
  assert_int_equal(last.flags, 0);
}

/* Two frames, and a third once the second has a return address. */
static void first_walk(uintptr_t *stack) {
  last = (struct last_walk){0};
  put(stack + 8, stack + 16, CODE + 1);
  put(stack + 16, stack + 24, 0);
  put(stack + 24, NULL, 0);
  walk(stack + 4, stack + 8, CODE);
  assert_int_equal(last.depth, 2);
}

static void test_same_place(void **unused) {
  (void)unused;
  _Alignas(WITHIN_PAGE) uintptr_t stack[WORDS] = {0};
  first_walk(stack);
  stack[17] = CODE + 2;
  walk(stack + 4, stack + 8, CODE);
  assert_int_equal(last.depth, 3);
  assert_int_equal(last.frame[0].pc, CODE + 2);
}

static void test_other_place(void **unused) {
  (void)unused;
  _Alignas(WITHIN_PAGE) uintptr_t stack[WORDS] = {0};
  first_walk(stack);
  stack[17] = CODE + 2;
  walk(stack + 2, stack + 8, CODE + 7);
  assert_int_equal(last.depth, 3);
  assert_int_equal(last.shared, 0);
}

/* The outermost frame's own frame pointer was another, which led to the 0. */
static void test_other_frame_pointer(void **unused) {
  (void)unused;
  _Alignas(WITHIN_PAGE) uintptr_t stack[WORDS] = {0};
  first_walk(stack);
  put(stack + 8, stack + 32, CODE + 1);
  put(stack + 32, stack + 40, CODE + 2);
  put(stack + 40, NULL, 0);
  walk(stack + 2, stack + 8, CODE + 7);
  assert_int_equal(last.depth, 3);
  assert_int_equal(last.shared, 0);
}

/* The outermost frame alone. */
static void test_one_frame(void **unused) {
  (void)unused;
  _Alignas(WITHIN_PAGE) uintptr_t stack[WORDS] = {0};
  last = (struct last_walk){0};
  walk(stack + 4, stack + 8, CODE);
  assert_int_equal(last.depth, 1);
  put(stack + 8, stack + 16, CODE + 1);
  walk(stack + 4, stack + 8, CODE);
  assert_int_equal(last.depth, 2);
}

/* As long as it stands there, frames are taken over as ever. */
static void test_unchanged(void **unused) {
  (void)unused;
  _Alignas(WITHIN_PAGE) uintptr_t stack[WORDS] = {0};
  first_walk(stack);
  walk(stack + 2, stack + 8, CODE + 7);
  assert_int_equal(last.depth, 2);
  assert_int_equal(last.shared, 1);
}

/* A frame whose ends lie at the same place of two pages, the upper of which is gone at the next walk:
 * nothing there may be looked at any more. The two addresses differ in one bit alone, which needs an
 * upper page of an odd number. */
static void test_gone_page(void **unused) {
  (void)unused;
  enum { PAGE = 4096, WORDS_OF_PAGE = PAGE / sizeof(uintptr_t) };
  char *pages = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  assert_true(pages != MAP_FAILED);
  uintptr_t *upper = (uintptr_t *)(pages + ((uintptr_t)pages & PAGE ? 2 * PAGE : PAGE));
  assert_true((uintptr_t)upper & PAGE);
  uintptr_t *end = upper + WORDS_OF_PAGE / 2, *sp = end - WORDS_OF_PAGE;
  last = (struct last_walk){0};
  put(end - 2, NULL, 0);
  walk(sp, end - 2, CODE);
  assert_int_equal(last.depth, 1);
  assert_int_equal(mprotect(upper, PAGE, PROT_NONE), 0);
  unwind_stack((struct cfi_frame){CODE, (uintptr_t)sp, (uintptr_t)(end - 2)}, &last,
               RECORDING_MAX_DEPTH, true);
  assert_int_equal(last.depth, 1);
  assert_int_equal(last.flags, STACK_INCOMPLETE);
  munmap(pages, 3 * PAGE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_same_place),          cmocka_unit_test(test_other_place),
      cmocka_unit_test(test_other_frame_pointer), cmocka_unit_test(test_one_frame),
      cmocka_unit_test(test_unchanged),           cmocka_unit_test(test_gone_page),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
