/* What code at an address calls by its import tables, and which C++ operators a module imports. For
 * rare questions: every answer reads the module's tables anew. Takes no lock and allocates nothing;
 * the code that is asked about must not be unloaded meanwhile, as code that is being executed is
 * not.
 */
#pragma once

#include <link.h>
#include <stdint.h>

enum { IMPORTS_NEW = 1, IMPORTS_DELETE = 2, DEFINES_OPERATORS = 4 };

/* Which operators the module takes from elsewhere, any variant; DEFINES_OPERATORS: some are its
 * own, and others could interpose them. */
unsigned imports_operators(const struct link_map *map);

/* Where the call that returns to pc went, if it is a direct one through the import table (a PLT's
 * stub or a slot that it names itself); 0 for any other. */
uintptr_t imports_called(uintptr_t pc);
