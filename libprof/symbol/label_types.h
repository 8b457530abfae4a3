/* The label `type` of a profile's samples. */
#pragma once

#include "model/profile.h"
#include "symbol/results.h"

/* `types` has one for each of the profile's locations, its strings interned in the profile. A
 * sample gets the label where a call that hands its block on, from the innermost outwards, has a
 * type of which its size is one object or a whole number of them, and the functions further in are
 * allocators' or a library's. "struct node" is one object, "struct node[]" are several. A sample
 * that has the label already keeps it. False when memory is exhausted. */
bool label_types(struct profile *profile, const struct symbol_type *types);
