#include "page/interval_digits.h"

#include <math.h>

#define ALIKE 1.25 /* as in report/figure.c */
#define HUGE_END 1e15
#define SMALLEST_STEP 1e-3
enum { MOST_STEPS = 20 };

/* The unit that a number is printed in, as model/unit.c chooses it. */
static double unit_of(double value, bool is_bytes) {
  double unit = 1;
  while (is_bytes && unit < 0x1p50 && fabs(value) >= unit * 1024 - 0.05 * unit)
    unit *= 1024;
  return unit;
}

/* The last digit that is printed. */
static double digit_of(double unit) {
  return unit > 1 ? unit / 10 : 1;
}

/* Round numbers are often ties, and printf rounds these by what they are in binary. */
static bool same_digits(double a, double b, double unit) {
  double digits = b / digit_of(unit);
  bool is_tie = fabs(digits - floor(digits) - 0.5) <= 1e-12 * fabs(digits);
  return !is_tie && rint(a / digit_of(unit)) == rint(digits);
}

static bool same_end(double a, double b, bool is_bytes) {
  double unit = unit_of(a, is_bytes);
  return unit == unit_of(b, is_bytes) && same_digits(a, b, unit) && (a > 0) == (b > 0) &&
         (a < 0) == (b < 0);
}

/* The longer side, and whether both are about as long. */
static double longer_side(double value, struct interval i, bool *is_alike) {
  double below = value - i.low, above = i.high - value;
  *is_alike = fmax(below, above) <= ALIKE * fmin(below, above);
  return fmax(below, above);
}

static bool same_text_in(double unit, double value, struct interval a, struct interval b) {
  bool a_alike, b_alike;
  double a_side = longer_side(value, a, &a_alike), b_side = longer_side(value, b, &b_alike);
  bool a_seen = a_side >= digit_of(unit) / 2, b_seen = b_side >= digit_of(unit) / 2;
  return a_alike == b_alike && a_seen == b_seen && same_digits(a_side, b_side, unit);
}

/* Both forms of the text, "+- 0.8" and "0 to 3.1 MiB", are the same for both. A difference of 0 is
 * printed in the unit of its upper end. */
static bool same_text(double value, struct interval a, struct interval b, bool is_bytes) {
  double unit = unit_of(value, is_bytes), other = value ? unit : unit_of(a.high, is_bytes);
  return same_text_in(unit, value, a, b) && same_text_in(other, value, a, b) &&
         same_end(a.low, b.low, is_bytes) && same_end(a.high, b.high, is_bytes);
}

/* The largest power of ten that is at most the last digit. */
static double first_step(double end, bool is_bytes) {
  return pow(10, floor(log10(digit_of(unit_of(end, is_bytes)))));
}

static double round_to(double end, double step, double (*direction)(double)) {
  double parts = rint(1 / step);
  return step >= 1 ? direction(end / step) * step : direction(end * parts) / parts;
}

/* Rounds `end`, one of the interval's, to as few digits as its text needs. */
static void shorten_end(double value, struct interval *interval, double *end, bool is_bytes) {
  struct interval wanted = *interval;
  double whole = *end, step = first_step(whole, is_bytes);
  for (int i = 0; i < MOST_STEPS && step >= SMALLEST_STEP; i++) {
    *end = round_to(whole, step, end == &interval->low ? floor : ceil);
    if (same_text(value, wanted, *interval, is_bytes))
      return;
    step /= 10;
  }
  *end = whole;
}

struct interval interval_shorten(double value, struct interval interval, bool is_bytes) {
  if (fabs(interval.low) < HUGE_END && fabs(interval.high) < HUGE_END) {
    shorten_end(value, &interval, &interval.low, is_bytes);
    shorten_end(value, &interval, &interval.high, is_bytes);
  }
  return interval;
}
