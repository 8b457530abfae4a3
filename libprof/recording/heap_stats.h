/* The heap's figures at a moment, from a recording and, for a live process, from what the kernel
 * says of it. */
#pragma once

#include "model/heap_stats.h"
#include "recording/recording.h"

/* Fills all but `resident`, `ages` and `rates`. A recording opened with recording_open_counters
 * gives no classes, no samples and no error bar. */
struct error *heap_stats_init(struct heap_stats *stats, const struct recording *recording);
void heap_stats_deinit(struct heap_stats *stats);

/* A copy of the numbers, that owns nothing: for heap_stats_compare later. */
struct heap_stats heap_stats_counters(const struct heap_stats *stats);

/* stats->rates from the same process's earlier counters. */
void heap_stats_compare(struct heap_stats *stats, const struct heap_stats *before);

static inline void cleanup_heap_stats(struct heap_stats *stats) {
  heap_stats_deinit(stats);
}
#define _cleanup_heap_stats_ __attribute__((cleanup(cleanup_heap_stats)))
