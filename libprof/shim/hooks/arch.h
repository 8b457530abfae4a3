/* The registers of a caller. arch_x86_64.c has exit(), which hands on to exit_entered() of
 * hooks/exit.h, and syscall(), which hands on to hooks/sandbox.c:
 *
 *   exit(status)                the stack pointer before the call, and the registers that belong to
 *                               the caller, go to exit_entered
 *   syscall(number, ...)        jumps to next_syscall, with everything as it came, because a child
 *                               may return from it, too; prctl's number and seccomp's go to
 *                               syscall_watched, called as syscall with its six arguments
 *
 * and arch_x86_64.h:
 *
 *   ARCH_SAVED                  how many registers a call preserves
 *   ARCH_CALLERS_REGISTERS(to)  stores these for the caller of the function that it stands in, in
 *                               the function's first statement; the frame pointer, which the
 *                               function has saved in its frame, is left out: ARCH_SAVED - 1 words
 */
#pragma once

#if defined(__x86_64__)
#include "shim/hooks/arch_x86_64.h"
#else
#error                                                                                             \
    "memprof: no shim/hooks/arch_*.h for this processor; docs/EXTENDING.md says what it must have"
#endif
