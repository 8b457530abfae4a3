/* Whether a block may be recorded, answered in one load: free() asks this for every pointer.
 *
 * A counter for each 32 bytes of address space (glibc's smallest block): the number
 * of recorded live blocks that start there. Zero means that no block starting there is recorded, so
 * free goes straight on. False alarms cost a look-up and nothing else. Blocks are thus recorded
 * where the next allocator put them: neither their alignment nor their size differs from an
 * unprofiled run. After fork the child keeps the counters: they describe the blocks it inherited.
 * A counter that reaches FILTER_STUCK stays there for ever. With filter_all() everything is an
 * alarm. */
#pragma once

#include "shim/sys/assert.h"

#include <stdbool.h>
#include <stdint.h>

enum { FILTER_SIZE = 131072, FILTER_STUCK = 0x80 };

/* The top 17 bits of the lower half's product are p / 32 and, added to it, p / 2^9, 2^12, 2^14 and
 * 2^15: neighbours stay neighbours, but glibc's arenas, which lie at multiples of 64 MiB, do not
 * share all their counters before there are 64 of them. A factor of 32 bits is part of the
 * instruction; with five terms gcc multiplies, which is shorter than its shifts. */
#define FILTER_FACTOR ((1u << 10) + (1u << 6) + (1u << 3) + (1u << 1) + 1u)
enum { FILTER_SHIFT = 15 };

extern uint8_t filter[FILTER_SIZE] __attribute__((visibility("hidden")));
extern bool filter_is_all __attribute__((visibility("hidden")));

static inline uint8_t *filter_counter(const void *p) {
  return &filter[(uint32_t)(uintptr_t)p * FILTER_FACTOR >> FILTER_SHIFT];
}

static inline bool filter_hit(const void *p) {
  return *filter_counter(p) != 0;
}

/* `by` is 1 or -1. Any thread. */
static inline void filter_change(const void *p, int by) {
  if (filter_is_all)
    return;
  uint8_t *counter = filter_counter(p);
  if (__atomic_load_n(counter, __ATOMIC_RELAXED) < FILTER_STUCK) {
    uint8_t before = __atomic_fetch_add(counter, (uint8_t)by, __ATOMIC_RELAXED);
    SHIM_ASSERT(by > 0 || before > 0);
  }
}

/* From now on every pointer that starts where p does is an alarm. */
static inline void filter_pin(const void *p) {
  __atomic_store_n(filter_counter(p), FILTER_STUCK, __ATOMIC_RELAXED);
}

/* Exact mode: every pointer is an alarm. Before the first block is recorded. */
void filter_all(void);
