/* The labels of a leak profile's sample (model/leak_kinds.h): when its blocks were allocated and by
 * which thread, how one of them is reached, what one holds. */
#pragma once

#include "leak/leaks.h"
#include "leak/points.h"

/* Gives the sample its labels. The image's memory must still be there. The error is one of memory.
 */
struct error *leak_labels_set(const struct leaks_options *options,
                              const struct points_context *points,
                              const struct recording *recording, const struct leak_group *group,
                              struct profile *profile, struct profile_sample *sample);
