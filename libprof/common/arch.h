/* The two sides of the recording need this of the processor. arch_x86_64.h has:
 *
 *   arch_ticks()   a counter of a few instructions that runs at a constant, unknown rate and is the
 *                  same on all processors of the machine
 */
#pragma once

#if defined(__x86_64__)
#include "common/arch_x86_64.h"
#else
#error "memprof: no common/arch_*.h for this processor; docs/EXTENDING.md says what it must have"
#endif
