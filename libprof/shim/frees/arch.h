/* Machine code and the loader's name. arch_x86_64.c has arch_called(); arch_x86_64.h has:
 *
 *   ARCH_LOADER                  the file name of glibc's dynamic loader
 */
#pragma once

#include <stdint.h>

#if defined(__x86_64__)
#include "shim/frees/arch_x86_64.h"
#else
#error                                                                                             \
    "memprof: no shim/frees/arch_*.h for this processor; docs/EXTENDING.md says what it must have"
#endif

/* Where the call that returns to pc went, if it is a direct one through the import table: through a
 * stub of the PLT, or through an entry that it names itself. 0 for any other. Takes no lock and
 * allocates nothing; the code must not be unloaded meanwhile, as code that is being executed is
 * not. */
uintptr_t arch_called(uintptr_t pc);
