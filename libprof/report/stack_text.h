/* A sample's stack in full, a line or an object a frame, the allocating call first. */
#pragma once

#include "base/arena.h"
#include "base/strbuf.h"
#include "model/profile.h"

#include <jansson.h>

/* "    function (file:line)", or the module where the file is not known. Runs of frames that say
 * nothing are a line (model/stack_fold.h), unless all frames are wanted. */
void stack_append(struct strbuf *sb, const struct profile *profile,
                  const struct profile_sample *sample, bool all_frames, struct arena *arena);

/* [{"function", "file", "line", "module", "address", "inlined"}]; NULL without memory. New
 * reference. */
json_t *stack_json(const struct profile *profile, const struct profile_sample *sample);
