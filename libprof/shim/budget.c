#include "shim/budget.h"

#include "common/clock.h"
#include "shim/atomics.h"
#include "shim/clock.h"
#include "shim/space.h"

#include <stddef.h>
#include <time.h>

/* An event that takes longer was most likely not running: the thread was preempted. */
#define EVENT_MAX_TICKS (1ull << 20)
/* Beyond this no program allocates often enough to notice. */
#define RATE_MAX (1ull << 36)

static uint64_t slow_ticks; /* of all threads, since the start */
static uint64_t window_slow_ns, window_cpu_ns;
static int deciding;

void budget_reset(void) {
  slow_ticks = window_slow_ns = deciding = 0;
  window_cpu_ns = clock_read(CLOCK_PROCESS_CPUTIME_ID);
}

/* Ticks in ns, by what both clocks did since the start; kept in the header for readers. */
static uint64_t ticks_to_ns(uint64_t ticks) {
  uint64_t monotonic = clock_read(CLOCK_MONOTONIC), counter = clock_ticks();
  recording->last_monotonic = monotonic;
  uint64_t elapsed_ticks = counter - recording->start_ticks;
  __extension__ typedef unsigned __int128 wide;
  return elapsed_ticks
             ? (uint64_t)((wide)ticks * (monotonic - recording->start_monotonic) / elapsed_ticks)
             : 0;
}

static void set_rate(uint64_t rate) {
  __atomic_store_n(&recording->rate, rate, __ATOMIC_RELAXED);
  counter_add(&recording->rate_changes, 1);
}

static void decide(void) {
  uint64_t slow = ticks_to_ns(__atomic_load_n(&slow_ticks, __ATOMIC_RELAXED));
  uint64_t cpu = clock_read(CLOCK_PROCESS_CPUTIME_ID), ppm = recording->overhead_ppm;
  uint64_t run_slow = slow - window_slow_ns, run_cpu = cpu - window_cpu_ns, rate = recording->rate;
  window_slow_ns = slow;
  window_cpu_ns = cpu;
  recording->cpu_ns = cpu;
  uint64_t allowed = cpu / 1000000 * ppm, window_allowed = run_cpu * ppm / 1000000;
  if (slow > BUDGET_GRACE_NS && slow > allowed && run_slow > window_allowed && rate < RATE_MAX)
    set_rate(rate * 2);
  else if (slow < allowed / 2 && run_slow < window_allowed / 4 && rate > 1)
    set_rate(rate / 2);
}

void budget_note(struct thread_own *own, uint64_t ticks) {
  ticks += ticks / 2;
  own->ticks += ticks < EVENT_MAX_TICKS ? ticks : EVENT_MAX_TICKS;
  if (++own->events % BUDGET_WINDOW)
    return;
  counter_add(&slow_ticks, own->ticks);
  thread_tls.self->slow_ticks += own->ticks;
  thread_tls.self->slow_events += BUDGET_WINDOW;
  own->ticks = 0;
  if (__atomic_exchange_n(&deciding, 1, __ATOMIC_ACQUIRE))
    return;
  decide();
  __atomic_store_n(&deciding, 0, __ATOMIC_RELEASE);
}
