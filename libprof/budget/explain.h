/* The stacks behind a figure that is over its limit. Private to judge.c. */
#pragma once

#include "budget/compare.h"

enum { EXPLAIN_STACKS = 5, EXPLAIN_FRAMES = 64 };

/* Sets check->stacks: for a limit on a site that site, else the sites that grew most (that have
 * most, for a limit that is not relative), in order. `root` as for finding_place. */
struct error *explain_check(const struct budget *budget, const struct comparison *comparison,
                            const struct sites *sites, const char *root, struct arena *arena,
                            struct verdict_check *check);
