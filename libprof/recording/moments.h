/* Moments (model/moments.h) of a recording. */
#pragma once

#include "model/moments.h"
#include "model/profile.h"
#include "recording/recording.h"

/* Adds the moment of a recording as it was read at `time` (ns since it began), with the sites at
 * least; marks threads that have come since the last moment. `rss` is 0 where it is not known. */
struct error *recording_add_moment(const struct recording *recording, uint64_t time, uint64_t rss,
                                   struct moments *moments);

/* Ends the moments of a process that has ended: adds the last one, births, and marks of libraries
 * whose code allocated later than the program's own; then writes them into the recording's profile. places[site] as
 * recording_profile has it. Without an earlier moment nothing is written. */
struct error *recording_end_moments(const struct recording *recording, const uint32_t *places,
                                    struct moments *moments, struct profile *profile);
