/* From a profile with histories of objects to the changes that would pay. docs/ADVISE.md has a row
 * for each rule: its measure, its thresholds and what they cannot know.
 *
 * A rule is one file, a function that looks at one site (rules.h). Its figures come from the
 * histories: they are estimates as all figures of a sampled profile are, and carry their interval. */
#pragma once

#include "model/advice.h"

enum { ADVICE_MOST = 10 };

/* At most `most` items, best first; none of less than 1% of the memory or of the CPU time.
 * ERROR_BAD_INPUT where the profile has no histories: it says how to get them. `name` is what to
 * call the profile. */
struct error *advise(const struct profile *profile, const char *name, size_t most,
                     struct advice *ret);
