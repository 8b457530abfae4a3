/* How far chance goes. Quantiles are those of printed tables; Bernstein's bound is held against
 * sampling that is drawn here, from a generator of fixed seed. */
#include "test.h"

#include "budget/amount.h"
#include "budget/bounds.h"

#include <math.h>

/* Student's t, upper tail: NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2. */
static void students_quantiles(void **state) {
  (void)state;
  static const struct {
    double alpha;
    int freedom;
    double wanted;
  } table[] = {{0.10, 1, 3.078},   {0.025, 1, 12.706}, {0.001, 1, 318.313}, {0.05, 2, 2.920},
               {0.001, 2, 22.327}, {0.005, 4, 4.604},  {0.001, 4, 7.173},   {0.01, 9, 2.821},
               {0.025, 30, 2.042}, {0.001, 100, 3.174}};
  for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
    double got = bound_student(table[i].alpha, table[i].freedom);
    if (fabs(got - table[i].wanted) > 0.0006 * table[i].wanted)
      fail_msg("t(%g, %d) is %g, wanted %g", table[i].alpha, table[i].freedom, got,
               table[i].wanted);
  }
}

static void bernstein_by_hand(void **state) {
  (void)state;
  /* L = ln 100 = 4.60517; V = 2, w = 3: 4.60517 + sqrt(4.60517^2 + 2 * 4.60517 * 2). */
  struct uncertainty uncertainty = {2, 3, 0};
  assert_true(fabs(bound_sampling(uncertainty, 0.01) - 10.90028) < 1e-4);
  assert_true(bound_sampling((struct uncertainty){0, 0, 0}, 0.01) == 0);
  /* Without a sample: a Poisson count of mean ln 100 is 0 in 1%. */
  assert_true(fabs(bound_sampling((struct uncertainty){0, 0, 10}, 0.01) - 46.0517) < 1e-4);
}

static uint64_t seed = 88172645463325252ull;
static double draw(void) { /* xorshift64* */
  seed ^= seed >> 12;
  seed ^= seed << 25;
  seed ^= seed >> 27;
  return (double)((seed * 2685821657736338717ull) >> 11) / 0x1p53;
}

static int sampled(int n, double p) {
  int count = 0;
  for (int i = 0; i < n; i++)
    count += draw() < p;
  return count;
}

/* Two runs of the same program: the estimates' difference exceeds the bar, which is made of
 * estimates, too, in at most alpha of all pairs. 40,000 pairs at alpha = 1%: 400 would be allowed.
 * Few samples are where a normal bar fails. */
static void sampling_exceeds_it_rarely(void **state) {
  (void)state;
  enum { PAIRS = 40000 };
  static const struct {
    int n;
    double p;
  } sites[] = {{20, 0.1}, {100, 0.05}, {1000, 0.01}, {50, 0.6}};
  for (size_t s = 0; s < sizeof(sites) / sizeof(*sites); s++) {
    int exceeded = 0;
    double p = sites[s].p, weight = 1 / p;
    for (int i = 0; i < PAIRS; i++) {
      int base = sampled(sites[s].n, p), new = sampled(sites[s].n, p);
      struct uncertainty uncertainty = {(base + new) * (1 - p) / p / p, weight};
      exceeded += (new - base) * weight > bound_sampling(uncertainty, 0.01) && new > base;
    }
    if (exceeded > PAIRS / 100)
      fail_msg("n = %d, p = %g: %d of %d", sites[s].n, p, exceeded, PAIRS);
  }
}

/* An amount as it is written is never less than the figure that it was made from. */
static void amounts_round_up(void **state) {
  (void)state;
  static const double values[] = {0,     1,       99,      100,     101,     1023,      1024,
                                  10230, 4431704, 1048575, 1048577, 80430.5, 123456789, 9.9e12};
  for (int kind = KIND_BYTES; kind <= KIND_TIME; kind++)
    for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
      struct strbuf sb = STRBUF_INIT;
      double back = -1;
      amount_append(&sb, values[i], (enum budget_kind)kind);
      assert_true(budget_parse_amount(sb.data, (enum budget_kind)kind, &back));
      if (back < floor(values[i]) || back > 1.15 * values[i] + 1)
        fail_msg("%g became %s, %g", values[i], sb.data, back);
      strbuf_deinit(&sb);
    }
}

static void amounts_are_read(void **state) {
  (void)state;
  double value = 0;
  assert_true(budget_parse_amount("1.5 MiB", KIND_BYTES, &value) && value == 1572864);
  assert_true(budget_parse_amount("12k", KIND_COUNT, &value) && value == 12000);
  assert_true(budget_parse_amount("20 ms", KIND_TIME, &value) && value == 20e6);
  static const char *const bad[] = {"", "-1", "lots", "5%", "1 day", "nan", "inf", "0x"};
  for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
    for (int kind = KIND_BYTES; kind <= KIND_TIME; kind++)
      assert_false(budget_parse_amount(bad[i], (enum budget_kind)kind, &value));
}

RUN(TEST(students_quantiles), TEST(bernstein_by_hand), TEST(sampling_exceeds_it_rarely),
    TEST(amounts_round_up), TEST(amounts_are_read))
