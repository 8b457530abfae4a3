/* The figures at the top of memprof live, made to fit 80 columns. */
#pragma once

#include "base/strbuf.h"
#include "model/heap_stats.h"

/* One line each, without a newline. `rss` 0 is unknown. */
void report_running_heap(struct strbuf *sb, const struct heap_stats *stats, uint64_t rss);

/* "live heap 13% of RSS; 98% of the rest is anonymous memory of python3": `anonymous` bytes of `rss`
 * are not of files. Nothing where `rss` is 0. */
void report_running_memory(struct strbuf *sb, const struct heap_stats *stats, uint64_t rss,
                           uint64_t anonymous);
void report_running_work(struct strbuf *sb, const struct heap_stats *stats);
