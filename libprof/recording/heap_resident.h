/* The account of a process's resident memory. */
#pragma once

#include "model/heap_stats.h"
#include "recording/recording.h"

/* stats->resident, of a full recording whose process is alive. A process that may not be looked
 * into leaves it unknown; the error is no memory, or a damaged table of live objects. */
struct error *heap_stats_add_resident(struct heap_stats *stats, const struct recording *recording);
