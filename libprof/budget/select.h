/* Which samples of a profile a limit is about. */
#pragma once

#include "budget/budget.h"
#include "budget/sites.h"

/* Finds the owner of each sample of all profiles, once for all limits of the budget: the owners'
 * patterns may be many, and so may the limits. Comes before any other look at the sites for this
 * budget. A sample is owned by the owner of its innermost frame that any owner's patterns match;
 * where several do, by the last of them in the file. */
struct error *select_owners(const struct budget *budget, const struct sites *sites);

/* Sets (*ret)[i] for the samples that the limit chooses: those with a frame that its patterns
 * match, or that its owner owns. NULL: all samples. The caller's to free. */
struct error *select_samples(const struct budget_limit *limit, const struct site_profile *profile,
                             bool **ret);

/* The samples whose own frame, the innermost, is of a function that the expression matches. */
struct error *select_operations(const char *function, const struct profile *profile, bool **ret);
