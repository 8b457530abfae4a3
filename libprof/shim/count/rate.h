/* The overhead budget: the sampling rate that keeps the slow path's measured share of the CPU time
 * below what was asked.
 *
 * Recording starts exact. Every few events a thread reports the time that it spent in slow paths,
 * and the sizes that were sampled there. The allowance is RECORDING_GRACE_NS plus the asked share
 * of the process's CPU time. The controller plans the rest of the allowance to last until the
 * process has run half as long again.
 *
 * If sampling at the current rate would exceed that, the controller raises the rate until it fits.
 * It predicts the cost from the sizes seen since the last adjustment and the recent cost of one
 * sample. It lowers the rate again only when the allowance is twice what the lower rate would need.
 * So a part of the allowance is always kept for a burst, and short programs are recorded exactly.
 *
 * Two rules hold beside the budget: at least 200 samples a second of elapsed time are taken while
 * there are allocations, and the rate stays at or below 1 MiB unless blocks make far too
 * many samples there (docs/SAMPLING.md).
 *
 * A draw's rate is fixed before the draw, by the past alone: estimates stay unbiased whatever the
 * rate does. It is always a power of two, so that sites (which have a rate) remain few. */
#pragma once

#include <stdint.h>

enum { RATE_EVENTS = 16, SIZE_LOGS = 48 };

/* A thread's events that it has not reported yet. The next thread that gets these counters goes on
 * from there, so that threads count that end before their first report. */
struct rate_meter {
  uint64_t ticks;    /* spent in slow events */
  uint64_t typical;  /* the same, but of each event no more than one that was not preempted takes */
  uint64_t reported; /* time of the last report, by the coarse clock */
  uint64_t switches; /* of the thread by the kernel, when it was last asked */
  uint32_t events;
  /* The logarithms of size + 1 and of how many allocations an event stands for. */
  uint8_t size_log[RATE_EVENTS], weight_log[RATE_EVENTS];
};

/* A sampled allocation of `size` bytes took `ticks`; `rate` is that of the draw that it ended. Half
 * as much again is charged now for its later free. By the time the free comes no rate can avoid its
 * cost, so the free itself must not raise the rate. */
void rate_note(struct rate_meter *meter, uint64_t ticks, uint64_t size, uint64_t rate);

/* After fork, in the child. */
void rate_reset(void);
