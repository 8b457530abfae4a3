/* A sum of many profiles, added one by one. Some wait, then all of them are merged at once: the
 * work stays near linear, and the space near that of the sum. */
#pragma once

#include "base/vector.h"
#include "model/profile.h"

struct profile_sum {
  VECTOR(struct profile *) waiting; /* the sum so far is one of them */
  VECTOR(char *) names;             /* of those that wait, owned; the sum has its first one's */
};

/* Takes the profile over, on an error, too. Errors say `name`, which is copied, where profiles do not
 * go together. All have a name, or none has (NULL). */
struct error *profile_sum_add(struct profile_sum *sum, struct profile *profile, const char *name);

/* The sum, which the caller owns; NULL if nothing was added. */
struct error *profile_sum_take(struct profile_sum *sum, struct profile **ret);

void profile_sum_deinit(struct profile_sum *sum);
