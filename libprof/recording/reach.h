/* The findings of a leak check about a recording's blocks, as labels of its heap profile
 * (model/reach_labels.h). */
#pragma once

#include "model/profile.h"
#include "recording/recording.h"

/* Labels the samples of `profile`, which was made of the recording with these `places`
 * (recording_profile_placed), by the verdicts of `leaks`, a profile of model/leak_kinds.h of the same
 * recording. Suppressed blocks count as neither. */
struct error *recording_label_reach(const struct recording *recording, const uint32_t *places,
                                    const struct profile *leaks, struct profile *profile);
