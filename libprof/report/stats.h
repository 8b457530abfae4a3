/* memprof stats: all that is known of one process. */
#pragma once

#include "model/heap_stats.h"
#include "report/running.h"

struct error *report_stats(const struct heap_stats *stats, const struct running_options *options,
                           FILE *out);

/* With --watch: one line, under a heading if `first`; with JSON one document a line. */
struct error *report_stats_line(const struct heap_stats *stats, bool first,
                                const struct running_options *options, FILE *out);
