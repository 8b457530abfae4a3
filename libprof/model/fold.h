/* Folds the frames that only pass allocations on, so that the leaf of every stack is the function
 * that is responsible for it (model/responsible.h). */
#pragma once

#include "model/profile.h"

/* Cuts those frames off the samples' stacks. *via, if wanted, becomes an array of a name for each
 * sample: that of the outermost frame that was cut off it, which the responsible frame called, or
 * NULL. It is the profile's, and holds as long as no sample is added or removed. */
struct error *profile_fold(struct profile *profile, const char *const **via);

/* The same for two profiles that are compared: what one of them shows to pass allocations on is cut
 * off in both. */
struct error *profile_fold_alike(struct profile *a, struct profile *b);
