/* The figure that a limit is about, of one profile: as a whole or site by site. */
#pragma once

#include "budget/bounds.h"
#include "budget/budget.h"
#include "budget/sites.h"

struct figure {
  double value;
  struct uncertainty error; /* 0 if exact */
  double size;              /* mean size of its objects where it counts objects; 0: not known */
};

/* Whether the profile can tell the metric. */
bool measure_has(const struct profile *profile, const char *metric);

/* The bytes that a sample of the largest rate stands for: a site without a sample may have some
 * times as much of the metric. 0 if the profile is exact. */
double measure_unseen(const struct profile *profile, const char *metric);

/* For limits on owners select_owners comes first.
 *
 * The sum over what the limit chooses in profile `index` of the sites, by operation if it says so.
 * ERROR_CANNOT where the profile lacks what that takes. */
struct error *measure_sum(const struct budget *budget, const struct budget_limit *limit,
                          const struct sites *sites, size_t index, struct figure *ret);

/* The same for each site: ret[site], n_sites of them. live_sites counts as inuse_objects here. */
struct error *measure_sites(const struct budget *budget, const struct budget_limit *limit,
                            const struct sites *sites, size_t index, struct figure *ret);
