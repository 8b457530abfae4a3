/* CLOCK_MONOTONIC, which a recording's times and the command's waits are in; and the calling thread's
 * CPU time, which does not go on while others run. */
#pragma once

#include <stdint.h>
#include <time.h>

static inline int64_t monotonic_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static inline uint64_t thread_cpu_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static inline int64_t monotonic_ms(void) {
  return monotonic_ns() / 1000000;
}
