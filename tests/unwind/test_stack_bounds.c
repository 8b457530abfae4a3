/* How far a walk may read: to the end of the thread's own stack, or on another stack as far as
 * memory can be read, page by page, from the stack pointer on. */
#include "shim/walk/stack_bounds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

enum { PAGE = 4096, WORD = 8 };
#define FAR (64ul << 20)

/* The first address that needs asking. */
static uintptr_t known(const struct stack_bounds *bounds) {
  return bounds->last + WORD - 1;
}

/* Pages that can be read, between two that cannot. */
static uintptr_t mapped_pages(unsigned n) {
  char *pages = mmap(NULL, (n + 2) * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  assert_true(pages != MAP_FAILED);
  assert_int_equal(mprotect(pages + PAGE, n * PAGE, PROT_READ | PROT_WRITE), 0);
  return (uintptr_t)pages + PAGE;
}

static void test_own_stack(void **unused) {
  (void)unused;
  uintptr_t sp = (uintptr_t)__builtin_frame_address(0);
  struct stack_bounds bounds = stack_bounds_of(sp, true);
  assert_false(bounds.asked);
  assert_int_equal(bounds.end, (uintptr_t)__libc_stack_end);
  assert_int_equal(known(&bounds), bounds.end);
  assert_true(stack_bounds_reach(&bounds, bounds.end - WORD, PAGE));
  assert_false(stack_bounds_reach(&bounds, bounds.end - WORD + 1, PAGE));
  assert_false(stack_bounds_reach(&bounds, UINTPTR_MAX - 3, PAGE));
}

/* The page that holds the stack pointer is known; at its very begin none is. */
static void test_other_stack(void **unused) {
  (void)unused;
  static const uintptr_t places[] = {0, 1, WORD, PAGE - 1, PAGE};
  uintptr_t pages = mapped_pages(3);
  for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
    struct stack_bounds bounds = stack_bounds_of(pages + places[i], true);
    assert_true(bounds.asked);
    assert_int_equal(known(&bounds), pages + (places[i] ? PAGE : 0));
    assert_int_equal(bounds.end, pages + places[i] + FAR);
  }
}

static void test_asking(void **unused) {
  (void)unused;
  uintptr_t pages = mapped_pages(3);
  struct stack_bounds bounds = stack_bounds_of(pages + WORD, true);
  assert_true(stack_bounds_reach(&bounds, pages + PAGE - WORD, 0));
  assert_false(stack_bounds_reach(&bounds, pages + PAGE, WORD - 1));
  assert_true(stack_bounds_reach(&bounds, pages + PAGE, WORD));
  assert_int_equal(known(&bounds), pages + 2 * PAGE);
  assert_true(stack_bounds_reach(&bounds, pages + 3 * PAGE - WORD, PAGE));
  assert_int_equal(known(&bounds), pages + 3 * PAGE);
  assert_false(stack_bounds_reach(&bounds, pages + 3 * PAGE - WORD + 1, PAGE));
  assert_false(stack_bounds_reach(&bounds, pages + 3 * PAGE, PAGE));
  assert_int_equal(known(&bounds), pages + 3 * PAGE);
}

/* Nothing is known of the stack: not even the page of the stack pointer. */
static void test_unknown(void **unused) {
  (void)unused;
  uintptr_t pages = mapped_pages(1);
  struct stack_bounds bounds = stack_bounds_unknown(pages + PAGE - 1, true);
  assert_true(bounds.asked);
  assert_int_equal(known(&bounds), pages);
  bounds = stack_bounds_unknown((uintptr_t)__builtin_frame_address(0), true);
  assert_true(bounds.asked);
  assert_int_equal(bounds.end, (uintptr_t)__libc_stack_end);
}

/* The stack counts as known no longer: pages are asked for from the next one on. */
static void test_distrust(void **unused) {
  (void)unused;
  uintptr_t sp = (uintptr_t)__builtin_frame_address(0), end = (uintptr_t)__libc_stack_end;
  struct stack_bounds bounds = stack_bounds_of(sp, true);
  stack_bounds_distrust(&bounds, sp);
  assert_true(bounds.asked);
  assert_int_equal(bounds.end, end);
  uintptr_t page = (sp | (PAGE - 1)) + 1;
  assert_int_equal(known(&bounds), page < end ? page : end);
  struct stack_bounds before = bounds;
  stack_bounds_distrust(&bounds, sp - PAGE);
  assert_memory_equal(&before, &bounds, sizeof(before));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_own_stack), cmocka_unit_test(test_other_stack),
      cmocka_unit_test(test_asking),    cmocka_unit_test(test_unknown),
      cmocka_unit_test(test_distrust),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
