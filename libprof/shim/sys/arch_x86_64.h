/* shim/sys/arch.h for x86-64. */
#pragma once

#include <elf.h>
#include <stdbool.h>
#include <stdint.h>

#define ARCH_LIBC_FIRST "GLIBC_2.2.5"

/* Whether a relocation of this type fills a word with a symbol's address, plus the addend. */
static inline bool arch_binds_word(unsigned type) {
  enum { CALLS = 7, DATA = R_X86_64_GLOB_DAT, POINTER = R_X86_64_64 };
  return type == CALLS || type == DATA || type == POINTER;
}

static inline long arch_syscall(long nr, long a, long b, long c, long d, long e, long f) {
  long ret;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  __asm__ volatile("syscall"
                   : "=a"(ret)
                   : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return ret;
}

static inline void arch_add(uint64_t *counter, uint64_t n) {
  __asm__ volatile("addq %1, %0" : "+m"(*counter) : "er"(n) : "cc");
}

static inline uint64_t arch_add_sum(uint64_t *counter, uint64_t n) {
  uint64_t old = n;
  __asm__ volatile("xaddq %1, %0" : "+m"(*counter), "+r"(old) : : "cc");
  return old + n;
}

static inline bool arch_swap(uint64_t *word, uint64_t old, uint64_t value) {
  bool done;
  __asm__ volatile("cmpxchgq %3, %0"
                   : "+m"(*word), "+a"(old), "=@ccz"(done)
                   : "r"(value)
                   : "memory", "cc");
  return done;
}
