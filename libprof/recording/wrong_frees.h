/* The wrong frees in a recording, as a profile (model/wrong_free.h). */
#pragma once

#include "model/profile.h"
#include "recording/recording.h"

/* *ret is NULL without wrong frees. The recording is not trusted: entries that cannot be true are
 * left out, and so are stacks that it does not hold. */
struct error *recording_wrong_frees(const struct recording *recording, struct profile **ret);
