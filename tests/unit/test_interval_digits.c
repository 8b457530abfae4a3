/* Intervals with fewer digits (page/interval_digits.h): their text is the same, and they hold what the
 * exact ones hold. */
#include "test.h"

#include "page/interval_digits.h"
#include "report/figure.h"

#include <math.h>
#include <stdlib.h>

static void append(struct strbuf *sb, double value, struct interval interval, const char *unit) {
  figure_append_delta(sb, (int64_t)value, interval, unit, NULL);
}

static void assert_same_text(double value, struct interval exact, struct interval shorter,
                             bool is_bytes) {
  _cleanup_strbuf_ struct strbuf a = STRBUF_INIT, b = STRBUF_INIT;
  append(&a, value, exact, is_bytes ? "bytes" : "count");
  append(&b, value, shorter, is_bytes ? "bytes" : "count");
  assert_string_equal(b.data, a.data);
}

static double draw(double low, double high) {
  return exp(log(low) + (log(high) - log(low)) * drand48());
}

/* A figure and an interval around it, of all sizes and shapes. */
static struct interval draw_interval(double *value) {
  *value = rint(draw(1, 1e13) * (drand48() < 0.2 ? -1 : 1));
  double below = fabs(*value) * draw(1e-6, 10), above = below * draw(0.8, 5);
  if (drand48() < 0.1)
    return (struct interval){0, fmax(*value, 0) + above};
  return (struct interval){*value - below, *value + above};
}

static void the_text_stays(void **state) {
  (void)state;
  srand48(1);
  for (int i = 0; i < 300000; i++) {
    double value;
    struct interval exact = draw_interval(&value);
    bool is_bytes = i % 3;
    struct interval shorter = interval_shorten(value, exact, is_bytes);
    assert_true(shorter.low <= exact.low && shorter.high >= exact.high);
    assert_true((shorter.low > 0) == (exact.low > 0) && (shorter.high < 0) == (exact.high < 0));
    assert_same_text(value, exact, shorter, is_bytes);
  }
}

static void of_a_difference_of_0_too(void **state) {
  (void)state;
  srand48(2);
  for (int i = 0; i < 100000; i++) {
    struct interval exact = {-draw(1, 1e10), draw(1, 1e10)};
    assert_same_text(0, exact, interval_shorten(0, exact, true), true);
  }
}

/* 100.0 KiB "+- 10.0", in text 90.0 to 110.0 KiB: 92,100 bytes would be printed as 89.9 KiB and 112,700
 * as 110.1, so these ends need tens. 41,900,000 bytes are 39.96 MiB and printed as 40.0, 43,000,000 are
 * 41.01 and printed as 41.0. Counts are printed whole. */
static void digits_that_nobody_sees_go(void **state) {
  (void)state;
  struct interval exact = {92163.337, 112645.884}, shorter = interval_shorten(102400, exact, true);
  assert_true(shorter.low == 92160 && shorter.high == 112650);
  exact = (struct interval){41989377.4, 42971432.1};
  shorter = interval_shorten(42474416, exact, true);
  assert_true(shorter.low == 41900000 && shorter.high == 43000000);
  exact = (struct interval){8012.4, 10003.7};
  shorter = interval_shorten(9000, exact, false);
  assert_true(shorter.low == 8012 && shorter.high == 10004);
}

/* 1023.95 KiB is printed as 1.0 MiB, and 0.4 of an object as 0. */
static void edges_keep_their_digits(void **state) {
  (void)state;
  struct interval exact = {512000, 1048524.7}, shorter = interval_shorten(700000, exact, true);
  assert_same_text(700000, exact, shorter, true);
  exact = (struct interval){0.4, 9.49};
  shorter = interval_shorten(3, exact, false);
  assert_true(shorter.low > 0 && shorter.high < 9.5);
}

static void huge_ends_stay(void **state) {
  (void)state;
  struct interval exact = {1.25, 1e300}, shorter = interval_shorten(2, exact, true);
  assert_true(shorter.low == exact.low && shorter.high == exact.high);
}

RUN(TEST(the_text_stays), TEST(of_a_difference_of_0_too), TEST(digits_that_nobody_sees_go),
    TEST(edges_keep_their_digits), TEST(huge_ends_stay))
