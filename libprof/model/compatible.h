/* Which profiles can be merged. Private to the merge. */
#pragma once

#include "model/profile.h"

/* ERROR_BAD_INPUT unless profiles[i] can be merged with profiles[0]: see profile_merge. */
struct error *profile_check_compatible(const struct profile *const *profiles,
                                       const char *const *names, size_t i);
