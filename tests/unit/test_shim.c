/* The code that every allocation of a profiled program runs (shim/record/thread_ledger.h), and the
 * functions that every sample computes (shim/count/math.h, sample.h); the latter against libm. The
 * floating-point state that they compute in, and the program's (shim/count/arch.h). */
#include "shim/count/arch.h"
#include "shim/count/math.h"
#include "shim/count/sample.h"
#include "shim/record/thread_ledger.h"
#include "shim/sys/arch.h"
#include "shim/sys/atomics.h"

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

static int begin_ledger(void **state) {
  (void)state;
  memset(&thread_tls, 0, sizeof(thread_tls));
  memset(&header, 0, sizeof(header));
  counters = (struct recording_thread){.left = 1000, .granted = 1000};
  thread_tls.distance = (uintptr_t)&counters - (uintptr_t)&thread_tls.none;
  recording = &header;
  return 0;
}

static uint64_t bytes(void) {
  return ledger_bytes(&counters.ledger);
}

static void counts_calls_and_bytes(void **state) {
  (void)state;
  struct ledger_payment at;
  assert_true(ledger_spend(0, &at));
  assert_true(ledger_spend(500, &at));
  assert_true(ledger_spend(7, &at));
  ledger_count_free();
  assert_int_equal(ledger_allocs(&counters.ledger), 3);
  assert_int_equal(counters.frees, 1);
  assert_int_equal(bytes(), 507);
  assert_int_equal(counters.left, 1000 - 507 - 3);
}

/* Powers of two: each counter shows in the sum once, at its own place. */
static void every_counter_is_in_the_sum(void **state) {
  (void)state;
  for (unsigned i = 0; i + 1 < LEDGER_SIZES; i++)
    counters.by_size[i] = 1ull << i;
  counters.recorded = 1ull << 63;
  assert_int_equal(ledger_allocs(&counters.ledger), UINT64_MAX);
  counters.by_size[LEDGER_SIZES - 1] = 1;
  assert_int_equal(ledger_allocs(&counters.ledger), 0);
  counters.frees = 5;
  assert_int_equal(ledger_live(&counters.ledger), -5);
}

/* 0 and 1, 2 and 3, 4 to 7, ...: each call is counted in the one class of its size. */
static void counts_calls_by_size(void **state) {
  (void)state;
  static const struct {
    uint64_t size;
    unsigned class;
  } cases[] = {{0, 0}, {1, 0}, {2, 1}, {3, 1}, {4, 2}, {7, 2}, {8, 3}, {255, 7}, {256, 8}};
  struct ledger_payment at;
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    counters.by_size[cases[i].class] = 0;
    assert_true(ledger_spend(cases[i].size, &at));
    assert_int_equal(counters.by_size[cases[i].class], 1);
    assert_int_equal(ledger_size(cases[i].size), cases[i].class);
  }
  assert_false(ledger_spend(1ull << 40, &at));
  assert_int_equal(counters.by_size[40], 1);
  ledger_refund(1ull << 40, at);
  assert_int_equal(counters.by_size[40], 0);
}

/* The bytes left must be more than the size: size + 1 is taken. */
static void refuses_what_is_too_much(void **state) {
  (void)state;
  static const size_t sizes[] = {1000, 1001, SIZE_MAX / 2, SIZE_MAX - 1, SIZE_MAX};
  struct ledger_payment at;
  for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
    assert_false(ledger_spend(sizes[i], &at));
    ledger_refund(sizes[i], at);
    assert_int_equal(counters.left, 1000);
    assert_int_equal(ledger_allocs(&counters.ledger), 0);
  }
  assert_int_equal(header.dropped[DROP_REENTRANT], 0);
  assert_true(ledger_spend(999, &at));
  assert_int_equal(counters.left, 0);
  assert_false(ledger_spend(0, &at));
}

static void without_a_slot_nothing_is_left(void **state) {
  (void)state;
  struct ledger_payment at;
  thread_tls.distance = 0;
  assert_false(ledger_spend(0, &at));
  ledger_refund(0, at);
  ledger_count_free();
  assert_int_equal(thread_tls.none.left, 0);
  assert_int_equal(ledger_allocs(&thread_tls.none), 0);
  assert_int_equal(counters.left, 1000);
  assert_int_equal(counters.frees, 0);
}

/* Between taking and giving back it finds more than there was. */
static void a_signal_handler_that_allocates_in_between_is_counted(void **state) {
  (void)state;
  struct ledger_payment at, inner;
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
  assert_int_equal(ledger_allocs(&counters.ledger), 2);
  assert_int_equal(bytes(), 5300);
}

/* Or gets the thread its counters. */
static void what_is_given_back_goes_where_it_was_taken(void **state) {
  (void)state;
  struct ledger_payment at;
  uint64_t of_slot = thread_tls.distance;
  thread_tls.distance = 0;
  assert_false(ledger_spend(10, &at));
  thread_tls.distance = of_slot;
  ledger_refund(10, at);
  assert_int_equal(counters.left, 1000);
  assert_int_equal(ledger_allocs(&counters.ledger), 0);
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

/* As count/sample.h says, by libm. */
static void a_sample_weighs_one_over_its_probability(void **state) {
  (void)state;
  static const uint64_t rates[] = {2, 512, 65536, 1 << 20}, sizes[] = {0, 1, 100, 5000, 1 << 30};
  for (int r = 0; r < 4; r++)
    for (int s = 0; s < 5; s++) {
      struct weight weight = sample_weight(sizes[s], rates[r]);
      double objects = 1 / -expm1(-((double)sizes[s] + 1) / (double)rates[r]);
      assert_true(fabs((double)weight.objects / 65536 - objects) <= 1e-9 * objects + 1. / 65536);
      double bytes = objects * (double)sizes[s];
      assert_true(fabs((double)weight.bytes / 256 - bytes) <= 1e-9 * bytes + 1. / 256);
    }
  for (uint64_t rate = 0; rate < 2; rate++) {
    assert_int_equal(sample_weight(77, rate).objects, 65536);
    assert_int_equal(sample_weight(77, rate).bytes, 77 * 256);
  }
}

/* Means of an exponential distribution and of its square, within five standard errors: the draws'
 * standard deviation is their mean, and that of their squares is sqrt(20) times the mean's square. */
static void draws_are_exponential(void **state) {
  (void)state;
  enum { DRAWS = 100000, RATE = 4096 };
  uint64_t random = 7;
  double sum = 0, squares = 0;
  for (int i = 0; i < DRAWS; i++) {
    double left = (double)sample_draw(RATE, &random) / RATE;
    sum += left;
    squares += left * left;
  }
  assert_true(fabs(sum / DRAWS - 1) < 5 / sqrt(DRAWS) + 1. / RATE);
  assert_true(fabs(squares / DRAWS - 2) < 5 * sqrt(20) / sqrt(DRAWS) + 2. / RATE);
  assert_int_equal(sample_draw(1, &random), 0);
}

static void a_maximum_is_raised_and_stays(void **state) {
  (void)state;
  static const uint64_t values[] = {0, 5, 3, 5, 9, 0}, wanted[] = {0, 5, 5, 5, 9, 9};
  uint64_t maximum = 0;
  for (int i = 0; i < 6; i++) {
    counter_raise(&maximum, values[i]);
    assert_int_equal(maximum, wanted[i]);
  }
}

/* R_X86_64_64, GLOB_DAT and JUMP_SLOT, by the psABI's table 4.9; no other type has a symbol's
 * address and no more. */
static void relocations_that_bind_a_word(void **state) {
  (void)state;
  for (unsigned type = 0; type < 64; type++)
    assert_int_equal(arch_binds_word(type), type == 1 || type == 6 || type == 7);
}

/* MXCSR (Intel's manual, volume 1, 10.2.3): the flags are bits 0 to 5, of which 5 is for inexact
 * results, the masks 7 to 12, the rounding 13 and 14; 6 and 15 turn denormal numbers to zero. The
 * processor begins with 0x1f80. An inexact result kills the program where it is not masked. */
static void the_programs_floating_point_state_holds_for_the_program_alone(void **state) {
  (void)state;
  static const uint32_t states[] = {0x1f80, 0x1fa0, 0x1fbf, 0x5f80, 0x5fa0, 0x7fa0,
                                    0x0f80, 0x0fa0, 0x0020, 0x9fc0, 0x9fe0};
  for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++) {
    volatile double three = 3;
    uint32_t before = __builtin_ia32_stmxcsr();
    __builtin_ia32_ldmxcsr(states[i]);
    arch_float saved = arch_float_enter();
    uint32_t within = __builtin_ia32_stmxcsr();
    volatile double third = 1 / three;
    arch_float_leave(saved);
    uint32_t after = __builtin_ia32_stmxcsr();
    __builtin_ia32_ldmxcsr(before);
    assert_int_equal(within & ~0x3fu, 0x1f80);
    assert_true(third == 0x1.5555555555555p-2); /* the nearest */
    assert_int_equal(after, states[i]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(counts_calls_and_bytes, begin_ledger),
      cmocka_unit_test_setup(every_counter_is_in_the_sum, begin_ledger),
      cmocka_unit_test_setup(counts_calls_by_size, begin_ledger),
      cmocka_unit_test_setup(refuses_what_is_too_much, begin_ledger),
      cmocka_unit_test_setup(without_a_slot_nothing_is_left, begin_ledger),
      cmocka_unit_test_setup(a_signal_handler_that_allocates_in_between_is_counted, begin_ledger),
      cmocka_unit_test_setup(what_is_given_back_goes_where_it_was_taken, begin_ledger),
      cmocka_unit_test(probabilities_are_libms),
      cmocka_unit_test(logarithms_are_libms),
      cmocka_unit_test(a_sample_weighs_one_over_its_probability),
      cmocka_unit_test(draws_are_exponential),
      cmocka_unit_test(a_maximum_is_raised_and_stays),
      cmocka_unit_test(relocations_that_bind_a_word),
      cmocka_unit_test(the_programs_floating_point_state_holds_for_the_program_alone),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
