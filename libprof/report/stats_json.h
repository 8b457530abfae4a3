/* memprof stats --json. */
#pragma once

#include "model/heap_stats.h"
#include "report/json.h"

/* *failed: nonzero without memory. */
json_t *running_stats_json(const struct heap_stats *stats, int *failed);
