/* The shim's clocks (shim/sys/clock.h) against libc's. */
#include "shim/sys/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static uint64_t by_libc(clockid_t clock) {
  struct timespec t;
  assert_int_equal(clock_gettime(clock, &t), 0);
  return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void the_time_lies_between_two_of_libcs(void **state) {
  (void)state;
  static const clockid_t clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC};
  for (int i = 0; i < 2; i++) {
    uint64_t before = by_libc(clocks[i]), now = clock_read(clocks[i]);
    assert_in_range(now, before, by_libc(clocks[i]));
  }
}

static void a_clock_that_cannot_be_read_is_0(void **state) {
  (void)state;
  assert_int_equal(clock_read(12345), 0);
}

/* By a system call at first, and then by the kernel's function. */
static void the_coarse_time_counts_from_the_origin(void **state) {
  (void)state;
  for (int i = 0; i < 2; i++) {
    clock_origin = by_libc(CLOCK_MONOTONIC_COARSE) - 1000;
    uint64_t now = clock_now();
    assert_in_range(now, 1000, by_libc(CLOCK_MONOTONIC_COARSE) - clock_origin);
    clock_find();
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_time_lies_between_two_of_libcs),
      cmocka_unit_test(a_clock_that_cannot_be_read_is_0),
      cmocka_unit_test(the_coarse_time_counts_from_the_origin),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
