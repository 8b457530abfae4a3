/* shim/count/arch.h for x86-64.
 *
 * The program may have unmasked floating-point exceptions or changed the rounding: neither must
 * show, and the shim's inexact results must not raise the program's sticky flags. Most programs
 * have left all as it was and the inexact flag up: then there is nothing to change, which takes
 * longer than to look. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef uint32_t arch_float; /* MXCSR */

enum { MXCSR_DEFAULT = 0x1f80, MXCSR_FLAGS = 0x3f, MXCSR_INEXACT = 0x20 };

static inline bool arch_float_suits(arch_float state) {
  return (state & ~(uint32_t)MXCSR_FLAGS) == MXCSR_DEFAULT && state & MXCSR_INEXACT;
}

static inline arch_float arch_float_enter(void) {
  arch_float saved = __builtin_ia32_stmxcsr();
  if (!arch_float_suits(saved))
    __builtin_ia32_ldmxcsr(MXCSR_DEFAULT);
  return saved;
}

static inline void arch_float_leave(arch_float saved) {
  if (!arch_float_suits(saved))
    __builtin_ia32_ldmxcsr(saved);
}
