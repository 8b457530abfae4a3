/* Which samples of a profile a limit is about. */
#pragma once

#include "budget/budget.h"
#include "model/profile.h"

/* Sets (*ret)[i] for the samples that the limit chooses: those with a frame that its patterns
 * match, or that its owner owns. A sample is owned by the owner of its innermost frame that any
 * owner's patterns match; where several do, by the last of them in the file. NULL: all samples. The
 * caller's to free. */
struct error *select_samples(const struct budget *budget, const struct budget_limit *limit,
                             const struct profile *profile, bool **ret);

/* The samples whose own frame, the innermost, is of a function that the expression matches. */
struct error *select_operations(const char *function, const struct profile *profile, bool **ret);
