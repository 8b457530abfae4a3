/* A walk's knowledge of the processor. arch_x86_64.h has:
 *
 *   ARCH_BP, ARCH_SP, ARCH_RA    DWARF's numbers of the frame pointer, the stack pointer and the
 *                                return address (the psABI's table of registers)
 *   ARCH_RA_OFFSET               where a call puts the return address, from the CFA
 *   ARCH_ADDRESS_BITS            how many bits a program's address has
 *   struct arch_frame            what the frame pointer points to in code that keeps one: `caller`,
 *                                the caller's frame pointer, and `return_address`; the caller's
 *                                stack pointer, after the return, is right behind it
 *   arch_interrupted(context, &pc, &sp, &bp)   the registers of what a signal interrupted, from its
 *                                ucontext, of which it reads the words up to
 *   arch_interrupted_end(context)
 *   arch_batch_holds(address, value)   whether *address[i] == value[i] for the CHECK_BATCH checks
 *                                of a batch, all of which may be read
 */
#pragma once

#if defined(__x86_64__)
#include "shim/walk/arch_x86_64.h"
#else
#error "memprof: no shim/walk/arch_*.h for this processor; docs/EXTENDING.md says what it must have"
#endif
