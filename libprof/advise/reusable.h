/* The sample types reusable_objects and reusable_space: of each history the objects and bytes that a
 * buffer kept for them would have served, by the definition of the rule reuse. */
#pragma once

#include "base/error.h"
#include "model/profile.h"

/* Adds them to a profile with histories that lacks them and has names. Any other stays as it is. */
struct error *reusable_add(struct profile *profile);
