/* Leaving out the frames of allocators and runtimes that a profile names itself. */
#pragma once

#include "model/profile.h"

/* As pprof does on loading: drops from every stack the frames that the profile's drop_frames
 * matches and its keep_frames does not, and all frames that these called. Both expressions have to
 * match a function's whole name, without its "(arguments)". A stack of nothing but such frames
 * stays. */
struct error *profile_prune(struct profile *profile);
