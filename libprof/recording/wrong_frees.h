/* The wrong frees that a recording tells of, as a profile (model/wrong_free.h). */
#pragma once

#include "model/profile.h"
#include "recording/recording.h"

/* *ret is NULL where there are none. What the recording says of them is not trusted: entries that
 * cannot be are left out, and stacks that it does not hold. */
struct error *recording_wrong_frees(const struct recording *recording, struct profile **ret);
