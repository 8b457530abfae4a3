/* memprof ps: the programs that are being recorded. */
#pragma once

#include "model/heap_stats.h"
#include "report/running.h"

/* A row a process. */
struct error *report_ps(const struct heap_stats *processes, size_t n,
                        const struct running_options *options, FILE *out);
