/* The code that every allocation of a profiled program runs (shim/record/thread_ledger.h), and the
 * functions that every sample computes (shim/count/math.h); the latter against libm. */
#include "shim/count/math.h"
#include "shim/record/thread_ledger.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

__attribute__((used)) __thread struct thread_tls thread_tls;
struct recording_header *recording;

static struct recording_header header;
static struct recording_thread counters;

static int begin(void **state) {
  (void)state;
  memset(&thread_tls, 0, sizeof(thread_tls));
  memset(&header, 0, sizeof(header));
  counters = (struct recording_thread){.left = 1000, .granted = 1000};
  thread_tls.distance = (uintptr_t)&counters - (uintptr_t)&thread_tls.none;
  recording = &header;
  return 0;
}

static uint64_t bytes(void) {
  return counters.granted - counters.left - counters.allocs;
}

static void counts_calls_and_bytes(void **state) {
  (void)state;
  uint64_t at;
  assert_true(ledger_spend(0, &at));
  assert_true(ledger_spend(500, &at));
  assert_true(ledger_spend(7, &at));
  ledger_count_free();
  assert_int_equal(counters.allocs, 3);
  assert_int_equal(counters.frees, 1);
  assert_int_equal(bytes(), 507);
  assert_int_equal(counters.left, 1000 - 507 - 3);
}

/* The bytes left must be more than the size: size + 1 is taken. */
static void refuses_what_is_too_much(void **state) {
  (void)state;
  static const size_t sizes[] = {1000, 1001, SIZE_MAX / 2, SIZE_MAX - 1, SIZE_MAX};
  uint64_t at;
  for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
    assert_false(ledger_spend(sizes[i], &at));
    ledger_refund(sizes[i], at);
    assert_int_equal(counters.left, 1000);
    assert_int_equal(counters.allocs, 0);
  }
  assert_int_equal(header.dropped[DROP_REENTRANT], 0);
  assert_true(ledger_spend(999, &at));
  assert_int_equal(counters.left, 0);
  assert_false(ledger_spend(0, &at));
}

static void without_a_slot_nothing_is_left(void **state) {
  (void)state;
  uint64_t at;
  thread_tls.distance = 0;
  assert_false(ledger_spend(0, &at));
  ledger_refund(0, at);
  ledger_count_free();
  assert_int_equal(thread_tls.none.left, 0);
  assert_int_equal(thread_tls.none.allocs, 0);
  assert_int_equal(counters.left, 1000);
  assert_int_equal(counters.frees, 0);
}

/* Between taking and giving back it finds more than there was. */
static void a_signal_handler_that_allocates_in_between_is_counted(void **state) {
  (void)state;
  uint64_t at, inner;
  assert_false(ledger_spend(2000, &at));
  assert_true(ledger_spend(300, &inner));
  ledger_refund(2000, at);
  assert_int_equal(counters.left, 1000 - 301);
  assert_int_equal(header.dropped[DROP_REENTRANT], 0);
  assert_false(ledger_spend(2000, &at));
  assert_true(ledger_spend(5000, &inner));
  ledger_refund(2000, at);
  assert_int_equal(counters.left, 0);
  assert_int_equal(header.dropped[DROP_REENTRANT], 1);
  assert_int_equal(counters.allocs, 2);
  assert_int_equal(bytes(), 5300);
}

/* Or gets the thread its counters. */
static void what_is_given_back_goes_where_it_was_taken(void **state) {
  (void)state;
  uint64_t at, of_slot = thread_tls.distance;
  thread_tls.distance = 0;
  assert_false(ledger_spend(10, &at));
  thread_tls.distance = of_slot;
  ledger_refund(10, at);
  assert_int_equal(counters.left, 1000);
  assert_int_equal(counters.allocs, 0);
  assert_int_equal(thread_tls.none.left, 0);
}

static void probabilities_are_libms(void **state) {
  (void)state;
  for (double x = 1e-12; x < 39; x *= 1.0003)
    assert_true(fabs(math_one_minus_exp(x) + expm1(-x)) <= 1e-15 * -expm1(-x));
  assert_true(math_one_minus_exp(0) == 0);
  assert_true(math_one_minus_exp(1e9) == 1);
}

static void logarithms_are_libms(void **state) {
  (void)state;
  for (double x = 0x1p-53; x <= 1; x *= 1.001)
    assert_true(fabs(math_log(x) - log(x)) <= 1e-13 * (1 + fabs(log(x))));
  assert_true(math_log(1) == 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(counts_calls_and_bytes, begin),
      cmocka_unit_test_setup(refuses_what_is_too_much, begin),
      cmocka_unit_test_setup(without_a_slot_nothing_is_left, begin),
      cmocka_unit_test_setup(a_signal_handler_that_allocates_in_between_is_counted, begin),
      cmocka_unit_test_setup(what_is_given_back_goes_where_it_was_taken, begin),
      cmocka_unit_test(probabilities_are_libms),
      cmocka_unit_test(logarithms_are_libms),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
