/* The overhead budget: the sampling rate that keeps the slow path's measured share of the CPU time
 * below what was asked.
 *
 * Recording starts exact. Time spent in slow paths is summed by thread; every WINDOW slow events of
 * a thread the sum is held against the process's CPU time, and while both the whole run and the
 * last window are over the budget the rate doubles for all later draws; it halves when the window
 * is far below. A draw's rate is fixed before the draw, by the past alone, so estimates stay
 * unbiased whatever the rate does. GRACE_NS of slow path are free: short programs are recorded
 * exactly. */
#pragma once

#include "shim/thread.h"

enum { BUDGET_WINDOW = 64, BUDGET_GRACE_NS = 2000000 };

/* A sampled allocation took `ticks`. Half as much again is charged for its free to come: when that
 * happens no rate can spare it any more, so it must not raise the rate. */
void budget_note(struct thread_own *own, uint64_t ticks);

/* After fork, in the child. */
void budget_reset(void);
