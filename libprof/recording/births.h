/* When the blocks were allocated that are live. Private to the folder. */
#pragma once

#include "model/moments.h"
#include "recording/recording.h"

/* births[i] gets, for each place that has live bytes, those of them that were allocated after the
 * moment before i and until it; there are as many elements as moments, empty at first. A sampled
 * block counts for those that it stands for, such that the births of a place add up to live[place],
 * of which there are n_places. places[site] as recording_profile has it. */
struct error *recording_births(const struct recording *recording, const struct moments *moments,
                               const uint32_t *places, const int64_t *live, size_t n_places,
                               struct moment_changes *births);
