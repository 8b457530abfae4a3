/* How a process that memprof traces asks its tracer for something: it sends itself a SIGSTOP with
 * this value. The tracer sees it before it is delivered, acts and drops it. SIGSTOP cannot be
 * blocked, so the answer comes before the system call returns. A process sends it only when its
 * tracer is the memprof that supervises it. */
#pragma once

#include <stdint.h>

/* Upper half of si_value; the lower half is the argument. */
enum tracer_request_kind {
  /* Let go of the process `argument`, which someone else is about to trace; 0 is the asking process
     itself. */
  REQUEST_RELEASE = 0x6d656d70,
  /* Check the asking process for leaks now. The system call's result becomes 2 where there are
     leaks, else 1. */
  REQUEST_CHECK = 0x6d656d71,
};

static inline uint64_t tracer_request(enum tracer_request_kind kind, uint32_t argument) {
  return (uint64_t)kind << 32 | argument;
}
