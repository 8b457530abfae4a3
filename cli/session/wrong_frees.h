/* The report of `memprof run --exact` on wrong frees. */
#pragma once

#include "recording/recording.h"

/* Writes the wrong frees of a recording to standard error, in full; without any, writes nothing. */
struct error *wrong_frees_tell(const struct recording *recording, bool symbolize);
