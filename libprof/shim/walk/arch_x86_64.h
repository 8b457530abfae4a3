/* shim/walk/arch.h for x86-64. */
#pragma once

#include <emmintrin.h>
#include <stdbool.h>
#include <stdint.h>
#include <ucontext.h>

enum { ARCH_BP = 6, ARCH_SP = 7, ARCH_RA = 16, ARCH_RA_OFFSET = -8, ARCH_ADDRESS_BITS = 47 };

struct arch_frame {
  const struct arch_frame *caller;
  uintptr_t return_address;
};

static inline uintptr_t arch_interrupted_end(const ucontext_t *context) {
  return (uintptr_t)&context->uc_mcontext.gregs[REG_RIP];
}

static inline void arch_interrupted(const ucontext_t *context, uintptr_t *pc, uintptr_t *sp,
                                    uintptr_t *bp) {
  const greg_t *r = context->uc_mcontext.gregs;
  *pc = (uintptr_t)r[REG_RIP];
  *sp = (uintptr_t)r[REG_RSP];
  *bp = (uintptr_t)r[REG_RBP];
}

/* 0xffff if two checks hold. */
static inline __m128i arch_two_hold(const uint64_t *const *address, const uint64_t *value) {
  __m128d now = _mm_loadh_pd(_mm_load_sd((const double *)address[0]), (const double *)address[1]);
  return _mm_cmpeq_epi32(_mm_castpd_si128(now), *(const __m128i *)value);
}

/* All eight at once. */
static inline bool arch_batch_holds(const uint64_t *const *address, const uint64_t *value) {
  __m128i first =
      _mm_and_si128(arch_two_hold(address, value), arch_two_hold(address + 2, value + 2));
  __m128i last =
      _mm_and_si128(arch_two_hold(address + 4, value + 4), arch_two_hold(address + 6, value + 6));
  return _mm_movemask_epi8(_mm_and_si128(first, last)) == 0xffff;
}
