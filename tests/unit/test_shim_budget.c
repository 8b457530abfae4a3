/* The overhead budget, in a world whose clocks and costs are given: what slow paths take stays
 * within the grace and the asked share of the CPU time at every moment, and a good part of that is
 * used. */
#include "common/clock.h"
#include "shim/count/rate.h"
#include "shim/count/sample.h"
#include "shim/count/thread.h"
#include "shim/sys/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

__thread struct thread_tls thread_tls;
struct recording_header *recording;

/* So long that what really goes by in a test is nothing to it. */
#define ELAPSED_TICKS (1ull << 52)
enum { TICKS_A_NS = 2 };
static uint64_t cpu_ns;

uint64_t clock_read(clockid_t clock) {
  return clock == CLOCK_PROCESS_CPUTIME_ID ? cpu_ns : ELAPSED_TICKS / TICKS_A_NS;
}

static struct recording_header header;
static struct recording_thread counters;
static struct rate_meter own;
static uint64_t random_state, left, rate, slow_ns, most_over;
static uint64_t idle_ns, n_samples;

static void budget_begin(uint32_t ppm) {
  header = (struct recording_header){.rate = 1, .overhead_ppm = ppm};
  header.start_ticks = clock_ticks() - ELAPSED_TICKS;
  recording = &header;
  counters = (struct recording_thread){.tid = 1};
  own = (struct rate_meter){0};
  thread_tls.self = &counters;
  random_state = 1;
  cpu_ns = left = slow_ns = most_over = idle_ns = n_samples = 0;
  rate = 1;
  rate_reset();
}

/* `n` allocations, one each `every` ns; a sample costs `cost`, and half as much once more. */
static void allocate(uint64_t n, uint64_t size, uint64_t every, uint64_t cost) {
  while (n--) {
    cpu_ns += every;
    counters.last = cpu_ns + idle_ns;
    if (left > size) {
      left -= size + 1;
      continue;
    }
    uint64_t drawn_at = rate;
    cpu_ns += cost;
    n_samples++;
    slow_ns += cost + cost / 2;
    rate = header.rate;
    left = sample_draw(rate, &random_state);
    rate_note(&own, cost * TICKS_A_NS, size, drawn_at);
    uint64_t allowed = RECORDING_GRACE_NS + cpu_ns / 1000000 * header.overhead_ppm;
    if (slow_ns > allowed && slow_ns - allowed > most_over)
      most_over = slow_ns - allowed;
  }
}

/* The used part of the asked overhead, beyond the grace. */
static double used(void) {
  double beyond = slow_ns > RECORDING_GRACE_NS ? (double)(slow_ns - RECORDING_GRACE_NS) : 0;
  return beyond / ((double)cpu_ns * header.overhead_ppm / 1e6);
}

static void programs_stay_within_it_and_use_it(void **state) {
  (void)state;
  static const uint32_t asked[] = {5000, 10000, 20000, 50000};
  static const struct {
    uint64_t size, every, cost;
  } programs[] = {
      {64, 20, 100}, {64, 500, 2000}, {4096, 1000, 1000}, {1 << 20, 10000, 3000}, {0, 500, 2000}};
  for (unsigned i = 0; i < 4; i++)
    for (unsigned k = 0; k < sizeof(programs) / sizeof(*programs); k++) {
      budget_begin(asked[i]);
      allocate(1000000000 / programs[k].every, programs[k].size, programs[k].every,
               programs[k].cost);
      /* 4 GB/s at the ceiling: 3,900 samples of 1.5 us take 0.6%. */
      bool at_ceiling = header.rate == 1 << 20;
      assert_true(used() < (at_ceiling ? 0.006e6 / asked[i] : 0.9));
      assert_true(used() > 0.2);
      assert_true(most_over == 0 || at_ceiling);
    }
}

/* Within 50 ms the rate is a step from what it is after a second, and stays there; and within 2,000
 * samples, unless they cost so little that the grace of 2 ms pays for more. A step doubles or halves
 * it. */
static void the_rate_settles(void **state) {
  (void)state;
  static const struct {
    uint64_t size, every, cost;
  } programs[] = {{64, 20, 100}, {64, 500, 2000}, {4096, 1000, 1000}, {400, 100, 500}};
  for (unsigned k = 0; k < sizeof(programs) / sizeof(*programs); k++) {
    uint64_t late_ns = 0, late_samples = 0;
    budget_begin(10000);
    allocate(1000000000 / programs[k].every, programs[k].size, programs[k].every, programs[k].cost);
    uint64_t settled = header.rate;
    budget_begin(10000);
    while (cpu_ns < 1000000000) {
      allocate(1000, programs[k].size, programs[k].every, programs[k].cost);
      if (header.rate > 2 * settled || 2 * header.rate < settled) {
        late_ns = cpu_ns;
        late_samples = n_samples;
      }
    }
    assert_true(late_ns < 50000000);
    assert_true(late_samples < 2000 || programs[k].cost < 1000);
  }
}

static void short_programs_are_exact(void **state) {
  (void)state;
  budget_begin(10000);
  allocate(300, 64, 10000, 1000);
  assert_int_equal(header.rate, 1);
}

/* First samples cost far more than later ones. */
static void the_rate_comes_down_again(void **state) {
  (void)state;
  budget_begin(10000);
  allocate(10000, 64, 100, 10000);
  uint64_t before = header.rate;
  allocate(10000000, 64, 100, 100);
  assert_true(before > header.rate);
  assert_true(used() < 0.9);
}

static void bursts_after_a_pause_are_within_it(void **state) {
  (void)state;
  budget_begin(10000);
  for (int i = 0; i < 50; i++) {
    allocate(200000, 64, 20, 300);
    cpu_ns += 40000000;
  }
  assert_true(used() < 0.9);
  assert_true(most_over == 0);
}

static void sizes_that_are_always_sampled_do_not_raise_it(void **state) {
  (void)state;
  budget_begin(10000);
  allocate(2000, 64 << 20, 1000000, 3000);
  assert_int_equal(header.rate, 1);
}

/* A server that works for 35 ms of each second. 1% of that pays for 117 samples, and grace for 666
 * in all. */
static void a_program_that_waits_is_sampled(void **state) {
  (void)state;
  budget_begin(10000);
  for (int second = 0; second < 60; second++) {
    uint64_t before = n_samples;
    allocate(70000, 400, 500, 2000);
    idle_ns += 1000000000 - 35000000;
    assert_true(header.rate <= 1 << 20);
    assert_in_range(n_samples - before, 50, 1000);
  }
  assert_in_range(n_samples, 60 * 200, 60 * 300);
}

/* Whatever a sample costs: at 1 MiB there are 3,000 a second, 3 ms of it. */
static void the_rate_has_a_ceiling(void **state) {
  (void)state;
  budget_begin(100);
  allocate(10000000, 1000, 1000, 1000);
  assert_int_equal(header.rate, 1 << 20);
}

/* Buffers that grow by realloc: 10 KB each 20 ns are 500 GB/s, 480,000 samples a second at 1 MiB. */
static void the_budget_holds_far_above_the_ceiling(void **state) {
  (void)state;
  budget_begin(10000);
  allocate(50000000, 10000, 20, 200);
  assert_true(header.rate > 1 << 20);
  assert_true(used() < 0.9);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(programs_stay_within_it_and_use_it),
      cmocka_unit_test(the_rate_settles),
      cmocka_unit_test(short_programs_are_exact),
      cmocka_unit_test(the_rate_comes_down_again),
      cmocka_unit_test(bursts_after_a_pause_are_within_it),
      cmocka_unit_test(sizes_that_are_always_sampled_do_not_raise_it),
      cmocka_unit_test(a_program_that_waits_is_sampled),
      cmocka_unit_test(the_rate_has_a_ceiling),
      cmocka_unit_test(the_budget_holds_far_above_the_ceiling),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
