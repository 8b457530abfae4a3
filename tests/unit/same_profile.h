/* Whether two profiles say the same, thing by thing; and whether one keeps its invariants. */
#pragma once

#include "model/profile.h"

void assert_same_profile(const struct profile *a, const struct profile *b);
void assert_valid_profile(const struct profile *profile);
