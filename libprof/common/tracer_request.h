/* How a process that memprof traces asks its tracer for something: it sends itself a SIGSTOP with this value.
 * The tracer sees it before it is delivered, acts and drops it. SIGSTOP cannot be blocked, so the answer comes before the
 * system call returns. A process sends it only when its tracer is the memprof that supervises it. */
#pragma once

#include <stdint.h>

#define TRACER_REQUEST 0x6d656d70u /* upper half of si_value; the lower half is the argument */

/* The one request there is: to let go of the process `argument`, which someone else is about to trace; 0 is the
 * asking process itself. */
static inline uint64_t tracer_request(uint32_t argument) { return (uint64_t)TRACER_REQUEST << 32 | argument; }
