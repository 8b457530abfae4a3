/* memprof run --trace. */
#pragma once

#include "model/heap_stats.h"

#include <stdbool.h>
#include <stdio.h>

/* One line of a process whose rates are known; `change` is that of its live bytes since the line
 * before. */
struct error *report_trace_line(const struct heap_stats *stats, int64_t change, bool ended,
                                FILE *out);
