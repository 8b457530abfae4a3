/* The floating-point state. arch_x86_64.h has:
 *
 *   arch_float, arch_float_enter(), arch_float_leave(saved)
 *       between enter and leave the rounding is to nearest and no exception traps; after leave the
 *       program's state is what it was, its sticky flags included
 */
#pragma once

#if defined(__x86_64__)
#include "shim/count/arch_x86_64.h"
#else
#error                                                                                             \
    "memprof: no shim/count/arch_*.h for this processor; docs/EXTENDING.md says what it must have"
#endif
