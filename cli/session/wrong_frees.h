/* The report of `memprof run --exact` on wrong frees. */
#pragma once

#include "recording/recording.h"

/* Writes those of a recording to standard error, in full; nothing if there are none. */
struct error *wrong_frees_tell(const struct recording *recording, bool symbolize);
