/* The ledger of a thread: how many bytes it may still allocate before its next sample, and what it
 * has allocated, exactly, whether sampled or not.
 *
 * A draw (shim/count/sample.h) grants a number of bytes: it goes into `left` and is added to
 * `granted`. An allocation of s bytes uses s + 1 of what is left, so that a malloc(0) can be
 * sampled, too, and is counted in `allocs`. The bytes that a thread asked for are therefore never
 * counted:
 *
 *     bytes = granted - left - allocs
 *
 * Each thread writes its own ledger alone, by instructions that a signal handler of the thread
 * cannot split; readers copy it at any moment. The one instruction sequence that every allocation
 * runs is in shim/record/thread_ledger.h. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct ledger {
  uint64_t left;    /* bytes before the next sample */
  uint64_t allocs;  /* calls that allocate, a realloc included */
  uint64_t frees;   /* calls that free a block, a realloc of one included */
  uint64_t granted; /* sum of all draws */
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
  l->allocs++;
  return true;
}

/* Counts an allocation that was sampled, and the next draw, of which all is left. */
static inline void ledger_count(struct ledger *l, uint64_t size, uint64_t draw) {
  l->granted += size + 1 - l->left + draw;
  l->left = draw;
  l->allocs++;
}

/* The same where everything is recorded: nothing is left of any draw. */
static inline void ledger_count_exact(struct ledger *l, uint64_t size) {
  l->granted += size + 1;
  l->allocs++;
}

/* The sum of all draws, less the part that is not used yet. */
static inline uint64_t ledger_used(const struct ledger *l) {
  return l->granted - l->left;
}

/* The bytes that the thread asked for. A copy that was made while the thread ran is off by its
 * latest call at most, and never below 0. */
static inline uint64_t ledger_bytes(const struct ledger *l) {
  uint64_t bytes = ledger_used(l) - l->allocs;
  return (int64_t)bytes > 0 ? bytes : 0;
}
