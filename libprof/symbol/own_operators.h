/* C++'s replaceable operators new and delete that a module defines itself. */
#pragma once

#include "model/profile.h"

#include <stdbool.h>

/* Whether the module's file is there and its symbol table (.symtab, which has hidden and static
 * functions, too) lists none. False for a file that is stripped, in part or whole, or is another one
 * than the profile's. */
bool module_has_no_operators(const struct profile_mapping *mapping);
