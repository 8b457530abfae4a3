/* The reservoirs of the sites: which recorded objects get a history (common/history.h). */
#pragma once

#include "common/history.h"

/* The index of the history for an object of this site that was just recorded, whatever stands in it;
 * UINT32_MAX: it gets none. `random` is the thread's random state, which stays as it is. */
uint32_t reservoir_place(uint32_t site, uint64_t random);

/* The lower bits of how many objects of the site were recorded; the site has a reservoir. */
uint32_t reservoir_births(uint32_t site);
