/* The difference of two profiles of one process. */
#pragma once

#include "model/profile.h"

/* later - earlier. Both are from recording_profile and of the same process image; both are changed.
 * A difference has no peak, so the peak's sample types are left out, and so are the totals of the
 * whole run that comments have. Live figures are negative where more was freed. The default sample
 * type is alloc_space; the time is the earlier profile's end, the duration the time between. */
struct error *recording_profile_subtract(struct profile *earlier, struct profile *later,
                                         struct profile **ret);

/* The allocations from `earlier` to `later`, and what is live at `later`: an interval's profile for
 * a server that adds up the first and shows the second. `earlier` NULL stands for the beginning.
 * Sample types and comments as above. Afterwards `earlier` has no live figures. */
struct error *recording_profile_interval(struct profile *earlier, struct profile *later,
                                         struct profile **ret);
