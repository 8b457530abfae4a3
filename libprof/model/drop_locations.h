/* Forgetting locations whose samples were left out, in place. */
#pragma once

#include "model/profile.h"

/* Removes the locations that no sample refers to. The others keep their order and move up. Mappings
 * and functions stay. profile_compact (model/merge.h) also joins what is equal, but makes a copy
 * for that. */
struct error *profile_drop_locations(struct profile *profile);
