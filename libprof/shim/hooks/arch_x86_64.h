/* shim/hooks/arch.h for x86-64. */
#pragma once

enum { ARCH_SAVED = 6 }; /* rbx, r12 to r15, rbp */

#define ARCH_CALLERS_REGISTERS(to)                                                                 \
  __asm__ volatile("mov %%rbx, (%0)\n mov %%r12, 8(%0)\n mov %%r13, 16(%0)\n mov %%r14, 24(%0)\n " \
                   "mov %%r15, 32(%0)"                                                             \
                   :                                                                               \
                   : "a"(to)                                                                       \
                   : "memory")
