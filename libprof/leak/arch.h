/* The processor, as far as a leak check has to know it: a stopped thread's registers, and where
 * glibc's control block of a thread is. The checked processes have the processor that memprof was
 * built for; arch_CPU.c has the functions for one, and no other file names a register.
 *
 * leak/thread_roots.c also relies on what the supported processors have in common: stacks grow
 * down, and a thread's control block lies in the last pages of its stack with static thread-local
 * storage right below. */
#pragma once

#include "leak/memory.h"

#include <sys/user.h>

enum { ARCH_GENERAL_MAX = 32 };

/* The general registers that may hold pointers, without the stack pointer; returns how many. */
size_t arch_general_registers(const struct user_regs_struct *registers,
                              uint64_t ret[ARCH_GENERAL_MAX]);

uint64_t arch_code_address(const struct user_regs_struct *registers);
uint64_t arch_thread_pointer(const struct user_regs_struct *registers);

/* The lowest address of the stack that is in use: a leaf function may use some bytes below the
 * stack pointer (the red zone), a thread in a system call does not. */
uint64_t arch_stack_start(const struct user_regs_struct *registers, bool in_call);

/* The number of the system call that the thread is in, or -1. */
long arch_system_call(const struct user_regs_struct *registers);

/* Sets what the system call that the thread is in will have returned. */
void arch_set_result(struct user_regs_struct *registers, uint64_t result);

/* The words of a stopped and traced thread's vector and floating-point registers. NULL with *n 0 if
 * they cannot be read; the caller frees them. */
uint64_t *arch_read_vectors(pid_t tid, size_t *n);

/* Whether a control block of glibc is at the address; *dtv is then the address of its dynamic
 * thread vector. */
bool arch_control_block(struct memory *memory, uint64_t at, uint64_t *dtv);

/* Whether the thread of this control block was joined, or the control block cannot be read. */
bool arch_thread_was_joined(struct memory *memory, uint64_t control_block);
