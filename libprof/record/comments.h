/* A profile's comments: what a recording knows that a profile has no field for. Private to record.
 */
#pragma once

#include "model/profile.h"
#include "record/recording.h"

/* "key: value" lines: command, process, totals, sampling, and what was dropped if anything was. */
struct error *add_comments(const struct recording *recording, struct profile *profile);
