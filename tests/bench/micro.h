/* The workloads of `micro`. Each works OPS operations and returns the CPU time of just these in ns:
 * what it prepares before is not counted. */
#pragma once

#include <stdint.h>
#include <time.h>

typedef uint64_t workload_function(uint64_t ops, uint64_t parameter);

/* An operation is a malloc and a free of 64 bytes. */
workload_function work_pair;
/* Replaces a random one of `parameter` live blocks of 16 to 256 bytes. */
workload_function work_set;
/* Lets a block grow from 16 bytes by half as much again, to 64 KiB; an operation is one realloc. */
workload_function work_realloc;
/* Arithmetic on numbers of any length that are never changed, each a block: many small, short-lived
 * ones. */
workload_function work_bignum;

/* A pair below `parameter` frames, always the same ones. */
workload_function work_deep;
/* A pair below `parameter` frames, other ones each time: a random path down a tree of calls. */
workload_function work_wander;

/* These make threads of their own. */

/* Half of `parameter` threads allocate, each for another one that frees; an operation is one block.
 */
workload_function work_xfree;
/* `parameter` threads replace blocks of 8 to 1000 bytes at random, 5000 held each, and leave them to
 * a new thread after 20,000 operations. */
workload_function work_larson;
/* An operation is a thread's whole life: `parameter` pairs. */
workload_function work_churn;

static inline uint64_t cpu_now(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* xorshift64: which block, which size, which path. Never 0. */
static inline uint64_t random_step(uint64_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}
