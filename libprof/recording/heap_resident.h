/* The account of a process's resident memory. */
#pragma once

#include "model/heap_stats.h"
#include "model/resident_look.h"
#include "recording/recording.h"

/* stats->resident, of a full recording whose process is alive. A process that may not be looked
 * into leaves it unknown; the error is no memory, or a damaged table of live objects. */
struct error *heap_stats_add_resident(struct heap_stats *stats, const struct recording *recording);

/* Looks at once where the memory of a full recording's process is. False where that is not known:
 * the process is gone or may not be looked into, or memory is exhausted. */
bool recording_look_at_resident(const struct recording *recording, struct resident_look *ret);
