/* Judges a profile by a budget.
 *
 * Exact figures compare exactly. For sampled ones a limit is over only if the figure exceeds it by
 * more than its error bar, and the bars are such that with the budget's confidence none of all the
 * comparisons of the verdict is over by chance: each is made at (1 - confidence) divided by the
 * number of uncertain comparisons (Bonferroni), by bounds that hold for few samples, too
 * (budget/bounds.h). Several bases widen the bars by their own spread: as a Student's prediction
 * interval for one more run, where the spread is more than sampling explains. */
#pragma once

#include "budget/budget.h"
#include "budget/sites.h"
#include "model/verdict.h"

/* `root` is the folder whose sources are the reader's own, as for finding_place. ERROR_CANNOT where
 * a profile lacks what a limit needs, or no limit could be judged at all. */
struct error *budget_judge(const struct budget *budget, const struct sites *sites, const char *root,
                           struct verdict **ret);
