/* Time for the slow path: milliseconds are enough there, and the kernel's coarse clock took 4 and
 * 10 ns on two virtual machines where the tick counter alone took 15 and 12. */
#pragma once

#include <stdint.h>
#include <time.h>

extern int (*clock_function)(clockid_t clock, struct timespec *ret)
    __attribute__((visibility("hidden")));
/* The coarse clock at the recording's start: it never goes back behind that. */
extern uint64_t clock_origin __attribute__((visibility("hidden")));

/* Finds the kernel's function, which needs no system call. Takes the loader's lock: from the
 * constructor only. */
void clock_find(void);

/* ns of a clock, by the exact system call. */
uint64_t clock_read(clockid_t clock);

static inline __attribute__((always_inline)) uint64_t clock_coarse(void) {
  struct timespec t;
  clock_function(CLOCK_MONOTONIC_COARSE, &t);
  return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* ns since the recording's start, to a few milliseconds. */
static inline __attribute__((always_inline)) uint64_t clock_now(void) {
  return clock_coarse() - clock_origin;
}
