/* How many objects of a site are born in the life of another. Private to the folder. */
#pragma once

#include "advise/sites.h"

/* The siblings that nine in ten of the ended lives do not exceed, of those which know their own;
 * LIFE_UNKNOWN where none does. A life counts those of its own stack. The site's other stacks add what
 * its thread makes of them by `per_call`, the site's part of all allocations: a recursive function has
 * thousands of stacks with an object or two each. */
double siblings_nine_tenths(const struct advise_site *site, double per_call);
