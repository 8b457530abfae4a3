/* What happened between two profiles of one process. */
#pragma once

#include "model/profile.h"

/* later - earlier: both from recording_profile, of the same process image, and both are changed. A
 * difference has no peak, so the peak's sample types are left out; totals of the whole run, which
 * are in comments, too. Live figures are negative where more was freed. The default sample type is
 * alloc_space; the time is the earlier profile's end, the duration the time between. */
struct error *recording_profile_subtract(struct profile *earlier, struct profile *later,
                                         struct profile **ret);

/* What was allocated from `earlier` to `later`, and what is live at later: an interval's profile
 * for a server that adds up the first and shows the second. `earlier` NULL: from the beginning.
 * Sample types and comments as above; earlier's live figures are gone afterwards. */
struct error *recording_profile_interval(struct profile *earlier, struct profile *later,
                                         struct profile **ret);
