/* The figures of recorded processes in Prometheus's text format, version 0.0.4
 * (prometheus.io/docs/instrumenting/exposition_formats), which OpenMetrics readers take, too. */
#pragma once

#include "base/strbuf.h"
#include "model/heap_stats.h"

/* Appends one family after the other, in each a line a process, labelled with pid and program. */
void report_prometheus(const struct heap_stats *processes, size_t n, struct strbuf *to);
