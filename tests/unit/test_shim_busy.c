/* The mark of a thread that is in the midst of the shim's work (shim/count/busy.h): a frame that is
 * gone leaves one that counts no more. */
#include "shim/count/busy.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

__attribute__((used)) __thread struct thread_tls thread_tls;

static void an_unmarked_thread_is_not_busy(void **state) {
  (void)state;
  thread_tls.busy = 0;
  assert_false(busy_now(__builtin_frame_address(0)));
  assert_int_equal(thread_tls.busy, 0);
}

/* The caller's frame lies at a lower address than that which is at work. */
static void a_call_from_within_finds_the_mark(void **state) {
  (void)state;
  const char *frame = __builtin_frame_address(0);
  thread_tls.busy = (uintptr_t)frame + 64;
  assert_true(busy_now(frame));
  assert_int_equal(thread_tls.busy, (uintptr_t)frame + 64);
}

/* A handler left it by siglongjmp. */
static void a_mark_whose_frame_is_gone_is_cleared(void **state) {
  (void)state;
  const char *frame = __builtin_frame_address(0);
  for (uintptr_t below = 0; below <= 64; below += 64) {
    thread_tls.busy = (uintptr_t)frame - below;
    assert_false(busy_now(frame));
    assert_int_equal(thread_tls.busy, 0);
    assert_false(busy_now(frame));
  }
}

static volatile sig_atomic_t was_busy;
static void look(int signal) {
  (void)signal;
  was_busy = busy_now(__builtin_frame_address(0));
}

/* A stack of its own may lie anywhere: its handler cannot tell that the frame is gone. */
static void a_handler_on_a_stack_of_its_own_leaves_the_mark(void **state) {
  (void)state;
  stack_t stack = {.ss_sp = malloc((size_t)SIGSTKSZ), .ss_size = (size_t)SIGSTKSZ};
  struct sigaction action = {.sa_handler = look, .sa_flags = SA_ONSTACK};
  assert_int_equal(sigaltstack(&stack, NULL), 0);
  assert_int_equal(sigaction(SIGUSR1, &action, NULL), 0);
  thread_tls.busy = 1;
  raise(SIGUSR1);
  uintptr_t mark = thread_tls.busy;
  thread_tls.busy = 0;
  assert_int_equal(mark, 1);
  assert_true(was_busy);
  raise(SIGUSR1);
  assert_false(was_busy);
  stack.ss_flags = SS_DISABLE;
  sigaltstack(&stack, NULL);
  free(stack.ss_sp);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_unmarked_thread_is_not_busy),
      cmocka_unit_test(a_call_from_within_finds_the_mark),
      cmocka_unit_test(a_mark_whose_frame_is_gone_is_cleared),
      cmocka_unit_test(a_handler_on_a_stack_of_its_own_leaves_the_mark),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
