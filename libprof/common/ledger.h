/* The ledger of a thread: how many bytes it may still allocate before its next sample, and what it
 * has allocated, exactly, whether sampled or not.
 *
 * A draw (shim/count/sample.h) grants a number of bytes: it goes into `left` and is added to
 * `granted`. An allocation of s bytes uses s + 1 of what is left, so that a malloc(0) can be
 * sampled, too. The call is counted by the power of two of its size, in `by_size`; where everything
 * is recorded it is counted in `recorded`, because its size is in the recording. The bytes that a
 * thread asked for are therefore never counted:
 *
 *     bytes = granted - left - recorded - sum of by_size
 *
 * Each thread writes its own ledger alone, by instructions that a signal handler of the thread
 * cannot split; readers copy it at any moment. The one instruction sequence that every allocation
 * runs is in shim/record/thread_ledger.h. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { LEDGER_SIZES = 64 };

/* The class of a size in `by_size`: 0 and 1 are of one, 2 and 3 of the next, then 4 to 7. */
static inline unsigned ledger_size(uint64_t size) {
  return 63 - (unsigned)__builtin_clzll(size | 1);
}

struct ledger {
  uint64_t left;     /* bytes before the next sample */
  uint64_t frees;    /* calls that free a block, a realloc of one included */
  uint64_t granted;  /* sum of all draws */
  uint64_t recorded; /* calls that allocate, a realloc included, where everything is recorded */
  uint64_t by_size[LEDGER_SIZES]; /* all other calls that allocate */
};

/* A thread's first draw. */
static inline void ledger_begin(struct ledger *l, uint64_t draw) {
  l->left = l->granted = draw;
}

/* Pays for an allocation out of what is left; false, and nothing has changed, if that is too
 * little: the allocation is to be sampled. */
static inline bool ledger_pay(struct ledger *l, uint64_t size) {
  if (l->left <= size)
    return false;
  l->left -= size + 1;
  l->by_size[ledger_size(size)]++;
  return true;
}

/* Counts an allocation that was sampled, and the next draw, of which all is left. */
static inline void ledger_count(struct ledger *l, uint64_t size, uint64_t draw) {
  l->granted += size + 1 - l->left + draw;
  l->left = draw;
  l->by_size[ledger_size(size)]++;
}

/* The same where everything is recorded: nothing is left of any draw. */
static inline void ledger_count_exact(struct ledger *l, uint64_t size) {
  l->granted += size + 1;
  l->recorded++;
}

/* Calls that allocate, a realloc included. Two at a time: a sample that finds the live bytes at
 * their peak adds the counters of all threads up. */
static inline uint64_t ledger_allocs(const struct ledger *l) {
  typedef uint64_t pair __attribute__((vector_size(16), aligned(8), may_alias));
  const pair *counters = (const pair *)l->by_size;
  pair sum = {l->recorded, 0};
  _Static_assert(LEDGER_SIZES % 2 == 0, "whole pairs");
#pragma GCC unroll 8
  for (unsigned i = 0; i < LEDGER_SIZES / 2; i++)
    sum += counters[i];
  return sum[0] + sum[1];
}

/* Allocations less frees; below zero where the thread frees others' blocks. */
static inline int64_t ledger_live(const struct ledger *l) {
  return (int64_t)(ledger_allocs(l) - l->frees);
}

/* The sum of all draws, less the part that is not used yet. */
static inline uint64_t ledger_used(const struct ledger *l) {
  return l->granted - l->left;
}

/* The bytes that the thread asked for. A copy that was made while the thread ran is off by its
 * latest call at most, and never below 0. */
static inline uint64_t ledger_bytes(const struct ledger *l) {
  uint64_t bytes = ledger_used(l) - ledger_allocs(l);
  return (int64_t)bytes > 0 ? bytes : 0;
}
