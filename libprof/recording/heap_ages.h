/* How old the live heap is. */
#pragma once

#include "model/heap_stats.h"
#include "recording/recording.h"

/* stats->ages, of a full recording. The error is a damaged table of live objects. */
struct error *heap_stats_add_ages(struct heap_stats *stats, const struct recording *recording);
