/* Reports on running processes: what a table of them and the account of one look like, as text
 * and as JSON (docs/json.md). They know figures only, not where these come from. */
#pragma once

#include "base/error.h"
#include "model/heap_stats.h"
#include "report/table.h"

#include <stdbool.h>
#include <stdio.h>

struct running_options {
  struct table_style style;
  const char *unit; /* NULL: a fitting one for each figure */
  bool json;
};

/* memprof ps: a row a process. */
struct error *report_ps(const struct heap_stats *processes, size_t n,
                        const struct running_options *options, FILE *out);

/* memprof stats: everything of one process. */
struct error *report_stats(const struct heap_stats *stats, const struct running_options *options,
                           FILE *out);

/* memprof run --trace: one line of a process whose rates are known; `change` is that of its live
 * bytes since the last one. */
struct error *report_trace_line(const struct heap_stats *stats, int64_t change, bool ended,
                                FILE *out);

/* memprof live: two lines of figures, without a newline; `rss` 0 is unknown. */
void report_running_heap(struct strbuf *sb, const struct heap_stats *stats, uint64_t rss);
void report_running_work(struct strbuf *sb, const struct heap_stats *stats);

/* memprof stats --watch: one line, under a heading if `first`; with JSON one document a line. */
struct error *report_stats_line(const struct heap_stats *stats, bool first,
                                const struct running_options *options, FILE *out);
