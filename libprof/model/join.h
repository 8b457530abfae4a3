/* Two kinds of profile of the same run as one: allocations, and what a leak check said. */
#pragma once

#include "model/profile.h"

/* A profile with the sample types of both, `a`'s first, and the samples of both: those of one have
 * 0 for the types of the other. Header and comments are a's. The default type is a's.
 * ERROR_BAD_INPUT if both have a type of the same name. */
struct error *profile_join(const struct profile *a, const struct profile *b, struct profile **ret);
