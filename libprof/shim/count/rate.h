/* The overhead budget: the sampling rate that keeps the slow path's measured share of the CPU time
 * below what was asked.
 *
 * Recording starts exact. Threads report what they spent in slow paths, and which sizes were
 * sampled there, every few events. Allowed are GRACE_NS and the asked share of the process's CPU
 * time; what is left of that may be spent until the process has run half as long again. If that
 * would not do at the rate of now, the rate goes up to where it will, by what of the allocations
 * since the last look would then have been sampled and what a sample costs of late; it comes down
 * when there is twice the room that it then needs. So a part of what is allowed is always
 * kept for a burst, and short programs are recorded exactly. A draw's rate is fixed before the
 * draw, by the past alone: estimates stay unbiased whatever the rate does. It is always a power of
 * two, so that sites (which have a rate) remain few. */
#pragma once

#include <stdint.h>

enum { RATE_GRACE_NS = 2000000, RATE_EVENTS = 16, SIZE_LOGS = 48 };

/* What a thread has not reported yet. It goes on from their last owner: threads too short for a
 * report count, too. */
struct rate_meter {
  uint64_t ticks;    /* spent in slow events */
  uint64_t typical;  /* the same, but of each no more than an event that was not preempted takes */
  uint64_t reported; /* time of the last report, by the coarse clock */
  uint64_t switches; /* of the thread by the kernel, when it was last asked */
  uint32_t events;
  /* Of each event: the logarithms of size + 1 and of how many allocations it stands for. */
  uint8_t size_log[RATE_EVENTS], weight_log[RATE_EVENTS];
};

/* A sampled allocation of `size` bytes took `ticks`; `rate` is that of the draw that it ended. Half
 * as much again is charged for its free to come: when that happens no rate can spare it any more,
 * so it must not raise the rate. */
void rate_note(struct rate_meter *meter, uint64_t ticks, uint64_t size, uint64_t rate);

/* After fork, in the child. */
void rate_reset(void);
