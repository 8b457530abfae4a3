#include "shim/count/rate.h"

#include "common/clock.h"
#include "shim/count/thread.h"
#include "shim/store/space.h"
#include "shim/sys/atomics.h"
#include "shim/sys/clock.h"
#include "shim/sys/sys.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>
#include <time.h>

/* If an event takes longer, the kernel is asked whether the thread was running all the time. */
#define EVENT_DOUBT_TICKS (1ull << 17)
/* If an event takes longer than this, the thread was most likely not running, whatever the kernel
 * says: the host may have taken the virtual machine's processor away. */
#define EVENT_MAX_TICKS (1ull << 20)
/* No look takes longer. */
#define LOOK_MAX_TICKS (1ull << 13)
/* A thread reports after RATE_EVENTS, or so many ticks, or so long. */
enum { REPORT_TICKS = 1 << 16, REPORT_NS = 10000000 };
/* The rate is looked at after so many events, or so long, or when this part of what is left is
 * spent. */
enum { LOOK_EVENTS = 64, LOOK_NS = 20000000, LOOK_PART = 8 };
/* Fewer events do not say how many more there will be: one right after a look means little. A rate
 * that was raised for so few would jump about, and estimates of few and heavy samples are skewed.
 */
enum { TELLING_EVENTS = 8 };
/* The cost of an event is the mean of the last COST_EVENTS: the first ones cost far more. No event
 * counts for more than COST_MAX_TICKS there: one that was preempted says nothing of the next. */
enum { COST_EVENTS = 256, COST_MAX_TICKS = 1 << 15 };
/* The rate changes by no more than so many powers of two at once: a look sees little. */
enum { MOST_UP = 5, MOST_DOWN = 3 };
/* FLOOR_EVENTS a second of elapsed time are taken even if they cost more than the budget allows. A
 * program that mostly waits would get next to none otherwise, and its figures would mean nothing.
 * FLOOR_SECONDS without events leave theirs for a burst, more do not. */
enum { FLOOR_EVENTS = 200, FLOOR_SECONDS = 2 };
/* The rate stays at 1 MiB: a program that allocates 3 GB/s is sampled 3,000 times a second there,
 * which costs 0.1%. There are two exceptions, both by events a second of CPU time. Blocks of
 * LARGE_LOG and more, of which a program can allocate any number and touch none, lift the ceiling
 * when they alone make LARGE_EVENTS. All blocks lift it when they make MANY_EVENTS: a program that
 * lets buffers grow by realloc asks for 600 GB/s. */
enum { RATE_LOG_CEILING = 20, LARGE_LOG = 16, LARGE_EVENTS = 250, MANY_EVENTS = 5000 };
/* Beyond this no program allocates often enough to notice. */
enum { RATE_LOG_MAX = 36 };
/* Events are counted in parts of this. */
enum { EVENT_SHIFT = 8 };

__extension__ typedef unsigned __int128 wide;

/* Sums since the start, or between two looks. */
struct figures {
  uint64_t ticks, events;     /* in slow paths */
  uint64_t typical;           /* ticks, at most COST_MAX_TICKS of each event */
  uint64_t allocs[SIZE_LOGS]; /* all allocations, by the logarithm of size + 1, as estimated */
  uint64_t slow_ns, cpu_ns;
  uint64_t elapsed_ns; /* between two looks only */
};

static struct figures reported; /* by all threads; without the times */
static struct figures looked;   /* as of the last look */
static uint64_t looked_at, look_ticks;
static uint64_t cost_ticks, cost_events;
static uint64_t floor_left; /* events << EVENT_SHIFT that are taken whatever they cost */
static int deciding;

void rate_reset(void) {
  reported = looked = (struct figures){0};
  looked.cpu_ns = clock_read(CLOCK_PROCESS_CPUTIME_ID);
  looked_at = look_ticks = cost_ticks = cost_events = floor_left = 0;
  deciding = 0;
}

/* Ticks in ns, by what both clocks did since the start; kept in the header for readers. */
static uint64_t ticks_to_ns(uint64_t ticks) {
  uint64_t monotonic = clock_read(CLOCK_MONOTONIC), counter = clock_ticks();
  recording->last_monotonic = monotonic;
  uint64_t elapsed_ticks = counter - recording->start_ticks;
  return elapsed_ticks
             ? (uint64_t)((wide)ticks * (monotonic - recording->start_monotonic) / elapsed_ticks)
             : 0;
}

static void rate_set(unsigned log) {
  __atomic_store_n(&recording->rate, 1ull << log, __ATOMIC_RELAXED);
  counter_add(&recording->rate_changes, 1);
}

/* The recent cost of an event in ns. */
static uint64_t event_cost(const struct figures *now, const struct figures *window) {
  cost_ticks += window->typical;
  cost_events += window->events;
  uint64_t cost = cost_ticks / cost_events;
  if (cost_events > COST_EVENTS) {
    cost_ticks /= 2;
    cost_events /= 2;
  }
  return (uint64_t)((wide)cost * now->slow_ns / (now->ticks + 1)) + 1;
}

/* How many of the window's allocations would have been sampled at a rate of 2^log, << EVENT_SHIFT:
 * of those of s bytes the part s / rate, at most all. Sizes below 2^size_log do not count. */
static uint64_t events_from(const struct figures *window, unsigned size_log, unsigned log) {
  uint64_t events = 0;
  for (unsigned k = size_log; k < SIZE_LOGS; k++)
    events += (window->allocs[k] << EVENT_SHIFT) >> (log > k ? log - k : 0);
  return events;
}

static uint64_t events_at(const struct figures *window, unsigned log) {
  return events_from(window, 0, log);
}

/* How much may be spent in the next `horizon` ns of CPU time. */
static uint64_t room_for(const struct figures *now, uint64_t horizon) {
  uint64_t allowed = RECORDING_GRACE_NS + now->cpu_ns / 1000000 * recording->overhead_ppm;
  uint64_t least = horizon / 1000000 * recording->overhead_ppm / 4 + 1;
  uint64_t room = now->slow_ns < allowed ? allowed - now->slow_ns : 0;
  return room > least ? room : least;
}

/* The limits of a rate for a window: at 2^log its events would have cost each * events_at(window,
 * log) of what is allowed. */
struct rate_limits {
  wide each, allowed;
  uint64_t large, many; /* events << EVENT_SHIFT, of large blocks and of all, that do not lift the
                           ceiling */
};

/* Whether the rate may be 2^log: it is not above the ceiling, or blocks lift that. */
static bool rate_is_allowed(const struct figures *window, unsigned log,
                            const struct rate_limits *limits) {
  return log <= RATE_LOG_CEILING || events_from(window, LARGE_LOG, log - 1) > limits->large ||
         events_at(window, log - 1) > limits->many;
}

static bool rate_is_too_low(const struct figures *window, unsigned log,
                            const struct rate_limits *limits) {
  uint64_t events = events_at(window, log);
  return limits->each * events > limits->allowed && events > floor_left &&
         rate_is_allowed(window, log + 1, limits);
}

/* Whether the rate may be halved, and `spare` of what is allowed would do. */
static bool rate_is_too_high(const struct figures *window, unsigned log, wide spare,
                             const struct rate_limits *limits) {
  uint64_t events = events_at(window, log - 1);
  return limits->each * events < spare || events < floor_left / 2 ||
         !rate_is_allowed(window, log, limits);
}

/* The logarithm of the rate that suits the window, from that of now. */
static unsigned rate_suitable(const struct figures *window, unsigned now,
                              const struct rate_limits *limits) {
  unsigned most = now + MOST_UP < RATE_LOG_MAX ? now + MOST_UP : RATE_LOG_MAX;
  unsigned least = now > MOST_DOWN ? now - MOST_DOWN : 0;
  unsigned log = now;
  while (log < most && rate_is_too_low(window, log, limits))
    log++;
  if (log > now)
    return log;
  /* Down only with room to spare, or the rate would swing: twice what the first step needs, four
   * times what a further one does. */
  for (wide spare = limits->allowed / 2;
       log > least && rate_is_too_high(window, log, spare, limits); spare = limits->allowed / 4)
    log--;
  return log;
}

/* Elapsed time gives to the floor, and the window's events take from it. */
static void floor_move(const struct figures *window) {
  const uint64_t second = 1000000000, most = (FLOOR_SECONDS * FLOOR_EVENTS) << EVENT_SHIFT;
  uint64_t elapsed =
      window->elapsed_ns < FLOOR_SECONDS * second ? window->elapsed_ns : FLOOR_SECONDS * second;
  uint64_t left = floor_left + elapsed * (FLOOR_EVENTS << EVENT_SHIFT) / second;
  uint64_t taken = window->events << EVENT_SHIFT;
  left = left > taken ? left - taken : 0;
  floor_left = left < most ? left : most;
}

/* So many events a second of the window's CPU time. */
static uint64_t window_events(const struct figures *window, uint64_t a_second) {
  return (window->cpu_ns * a_second / 1000000000) << EVENT_SHIFT;
}

static void rate_adjust(const struct figures *now, const struct figures *window) {
  uint64_t horizon = now->cpu_ns / 2, room = room_for(now, horizon);
  unsigned rate = (unsigned)__builtin_ctzll(recording->rate);
  struct rate_limits limits = {.each = (wide)event_cost(now, window) * horizon,
                               .allowed = ((wide)room * window->cpu_ns) << EVENT_SHIFT,
                               .large = window_events(window, LARGE_EVENTS),
                               .many = window_events(window, MANY_EVENTS)};
  floor_move(window);
  unsigned log = rate_suitable(window, rate, &limits);
  if (log < rate || (log > rate && window->events >= TELLING_EVENTS))
    rate_set(log);
  look_ticks = (uint64_t)((wide)room / LOOK_PART * now->ticks / (now->slow_ns + 1));
}

static struct figures sum_of_reports(void) {
  struct figures sum = {.ticks = __atomic_load_n(&reported.ticks, __ATOMIC_RELAXED),
                        .events = __atomic_load_n(&reported.events, __ATOMIC_RELAXED),
                        .typical = __atomic_load_n(&reported.typical, __ATOMIC_RELAXED)};
  for (unsigned k = 0; k < SIZE_LOGS; k++)
    sum.allocs[k] = __atomic_load_n(&reported.allocs[k], __ATOMIC_RELAXED);
  return sum;
}

static bool rate_is_due(uint64_t time) {
  uint64_t events = __atomic_load_n(&reported.events, __ATOMIC_RELAXED) - looked.events;
  return events >= LOOK_EVENTS || time - looked_at >= LOOK_NS ||
         (events >= TELLING_EVENTS &&
          __atomic_load_n(&reported.ticks, __ATOMIC_RELAXED) - looked.ticks >= look_ticks);
}

/* Under the lock. */
static void rate_look(const struct figures *now, uint64_t time) {
  struct figures window = {.events = now->events - looked.events,
                           .typical = now->typical - looked.typical,
                           .slow_ns = now->slow_ns - looked.slow_ns,
                           .cpu_ns = now->cpu_ns - looked.cpu_ns,
                           .elapsed_ns = time > looked_at ? time - looked_at : 0};
  for (unsigned k = 0; k < SIZE_LOGS; k++)
    window.allocs[k] = now->allocs[k] - looked.allocs[k];
  /* Another thread has looked since the clocks were read, or they moved against each other. */
  if (now->cpu_ns <= looked.cpu_ns || now->events <= looked.events || now->slow_ns < looked.slow_ns)
    return;
  looked = *now;
  looked_at = time;
  recording->cpu_ns = now->cpu_ns;
  rate_adjust(now, &window);
}

/* `time` is the coarse clock's. The clocks are read before the lock is taken: threads are preempted
 * in system calls above all, and until one that has the lock goes on all others keep the rate. */
static void rate_look_if_due(uint64_t time) {
  if (!rate_is_due(time))
    return;
  struct figures now = sum_of_reports();
  now.cpu_ns = clock_read(CLOCK_PROCESS_CPUTIME_ID);
  now.slow_ns = ticks_to_ns(now.ticks);
  if (__atomic_exchange_n(&deciding, 1, __ATOMIC_ACQUIRE))
    return;
  rate_look(&now, time);
  __atomic_store_n(&deciding, 0, __ATOMIC_RELEASE);
}

static void rate_report(struct rate_meter *meter, struct recording_thread *self) {
  for (unsigned i = 0; i < meter->events; i++)
    counter_add(&reported.allocs[meter->size_log[i]], 1ull << meter->weight_log[i]);
  counter_add(&reported.ticks, meter->ticks);
  counter_add(&reported.typical, meter->typical);
  counter_add(&reported.events, meter->events);
  self->slow_ticks += meter->ticks;
  self->slow_events += meter->events;
  meter->reported = self->last;
  meter->ticks = meter->typical = meter->events = 0;
}

/* Whether the thread lost the processor since it was last asked: most likely just now. */
static bool was_switched(struct rate_meter *meter) {
  struct rusage usage;
  if (sys(SYS_getrusage, RUSAGE_THREAD, &usage) != 0)
    return false;
  uint64_t switches = (uint64_t)usage.ru_nvcsw + (uint64_t)usage.ru_nivcsw;
  bool switched = switches != meter->switches;
  meter->switches = switches;
  return switched;
}

static uint64_t rate_charge(struct rate_meter *meter, uint64_t ticks) {
  if (__builtin_expect(ticks < EVENT_DOUBT_TICKS, 1))
    return ticks;
  if (was_switched(meter))
    return COST_MAX_TICKS;
  return ticks < EVENT_MAX_TICKS ? ticks : EVENT_MAX_TICKS;
}

void rate_note(struct rate_meter *meter, uint64_t ticks, uint64_t size, uint64_t rate) {
  struct recording_thread *self = thread_tls.self;
  ticks = rate_charge(meter, ticks + ticks / 2);
  meter->ticks += ticks;
  meter->typical += ticks < COST_MAX_TICKS ? ticks : COST_MAX_TICKS;
  unsigned log = 63 - (unsigned)__builtin_clzll(size + 1 + !(size + 1)),
           rate_log = (unsigned)__builtin_ctzll(rate);
  meter->size_log[meter->events] = (uint8_t)(log < SIZE_LOGS ? log : SIZE_LOGS - 1);
  meter->weight_log[meter->events++] = (uint8_t)(rate_log > log ? rate_log - log : 0);
  if (meter->events < RATE_EVENTS && meter->ticks < REPORT_TICKS &&
      self->last - meter->reported < REPORT_NS)
    return;
  uint64_t started = clock_ticks();
  rate_report(meter, self);
  rate_look_if_due(self->last);
  uint64_t took = clock_ticks() - started;
  meter->ticks += took < LOOK_MAX_TICKS ? took : LOOK_MAX_TICKS;
}
