/* The figures of a heap that are sums over its sites, calibrated to what is known of the program
 * (model/calibration.h). Private to the folder. */
#pragma once

#include "model/heap_stats.h"
#include "recording/recording.h"

/* Fills classes, samples, live_bytes, peak_bytes and their spreads. The calls of the classes between
 * two powers of two add up to what was counted. */
struct error *heap_sites_add(struct heap_stats *stats, const struct recording *recording);
