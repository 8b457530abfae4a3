/* drop_frames for heap profiles: hides the allocator's own frames at the leaf. */
#pragma once

#include "model/profile.h"

/* Sets drop_frames to a pattern of those allocation functions (model/allocator_names.h) that occur
 * in this profile as nothing but leaves. pprof drops a matching frame together with all that it
 * called, so a function that called anything else (a replaced operator new with user code below it)
 * is left out: no user frame is ever cut. */
struct error *profile_drop_allocator_frames(struct profile *profile);
