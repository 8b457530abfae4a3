/* The end of the program, as seen from its outermost frame. */
#pragma once

#include "shim/hooks/arch.h"

#include <stdint.h>

/* exit() was called: its wrapper (hooks/arch.h) hands on the stack pointer before the call and the
 * registers that a call preserves, which are the caller's. Goes on to the next exit(). */
__attribute__((noreturn, used, visibility("hidden"))) void
exit_entered(int status, uintptr_t sp, const uint64_t saved[ARCH_SAVED]);
