/* Which C++ operators a module imports. For rare questions: every answer reads the module's tables
 * anew. Takes no lock and allocates nothing; the module must not be unloaded meanwhile. */
#pragma once

#include <link.h>
#include <stdint.h>

enum { IMPORTS_NEW = 1, IMPORTS_DELETE = 2, DEFINES_OPERATORS = 4 };

/* Which operators the module takes from elsewhere, any variant; DEFINES_OPERATORS: some are its
 * own, and others could interpose them. */
unsigned imports_operators(const struct link_map *map);
