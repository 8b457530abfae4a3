/* What memprof knows of a program beyond its samples: exact totals, kept in a profile's comments.
 */
#pragma once

#include "model/profile.h"

struct profile_totals {
  uint64_t allocs, frees, bytes,
      threads; /* calls, calls, requested bytes, threads that allocated */
};

/* From the comment "totals: allocs=N frees=N bytes=N threads=N"; false if there is none. Merged
 * profiles have several: their sum. */
bool profile_totals(const struct profile *profile, struct profile_totals *ret);

/* The sum over all samples of the sample type called `name`; 0 if the profile has no such type. */
int64_t profile_type_sum(const struct profile *profile, const char *name);
