/* memprof check --init: a budget from a profile. */
#pragma once

#include "budget/sites.h"

/* How much more than was measured a written limit allows: 10% for the whole program, 25% for a
 * site; rounded up to two digits. --init leaves at least the default floor. */
#define INIT_HEADROOM 1.10
#define INIT_SITE_HEADROOM 1.25

/* Writes a budget that the new profile of `sites` keeps, with comments, to a file that must not be
 * there yet. */
struct error *budget_init(const char *path, const struct sites *sites);
