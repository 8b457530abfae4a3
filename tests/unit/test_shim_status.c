/* Numbers of the thread's /proc status file (shim/sys/status.h). */
#include "shim/sys/status.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

static void a_key_has_the_number_behind_it(void **state) {
  (void)state;
  assert_int_equal(status_number("Pid:\t"), gettid());
  assert_int_equal(status_number("Tgid:\t"), getpid());
  assert_int_equal(status_number("PPid:\t"), getppid());
  assert_in_range(status_number("VmHWM:\t"), 1, 1 << 20); /* KiB */
}

static void a_key_that_is_not_there_has_0(void **state) {
  (void)state;
  assert_int_equal(status_number("Nobody:\t"), 0);
  assert_int_equal(status_number("Tgid:\tx"), 0);
  assert_int_equal(status_number("State:\t"), 0); /* a word */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_key_has_the_number_behind_it),
      cmocka_unit_test(a_key_that_is_not_there_has_0),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
