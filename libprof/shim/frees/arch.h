/* What code at an address calls. arch_x86_64.c has it for its processor. */
#pragma once

#include <stdint.h>

/* Where the call that returns to pc went, if it is a direct one through the import table: through a
 * stub of the PLT, or through an entry that it names itself. 0 for any other. Takes no lock and
 * allocates nothing; the code must not be unloaded meanwhile, as code that is being executed is not. */
uintptr_t arch_called(uintptr_t pc);
