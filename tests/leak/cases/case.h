/* Code that the cases share. Each case says in lines "expect: kind=bytes/blocks ..." what becomes
 * of the blocks that it allocates itself; kinds that are not named are 0/0. The reader is
 * tests/leak/cases.py. */
#pragma once

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline, noclone_))
#if defined(__clang__)
#define noclone_
#else
#define noclone_ noclone
#endif

/* The compiler must neither drop an allocation nor know where a pointer went. */
#define ESCAPE(p) __asm__ volatile("" : : "r"(p) : "memory")

/* Zeroes the stack below the function that calls this, and so what earlier calls left there, and
 * the registers that a call may change. It is inlined: a frame of its own would leave something,
 * too. */
static inline __attribute__((always_inline)) void clean(void) {
  __asm__ volatile("lea -32768(%%rsp), %%rdi\n mov $4096, %%ecx\n xor %%eax, %%eax\n rep stosq\n"
                   "xor %%edx, %%edx\n xor %%esi, %%esi\n xor %%edi, %%edi\n"
                   "xor %%r8d, %%r8d\n xor %%r9d, %%r9d\n xor %%r10d, %%r10d\n xor %%r11d, %%r11d\n"
                   "pxor %%xmm0, %%xmm0\n pxor %%xmm1, %%xmm1\n" ::
                       : "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "xmm0",
                         "xmm1", "memory");
}

static NOINLINE void *get(size_t size) {
  char *p = (char *)malloc(size);
  ESCAPE(p);
  for (size_t i = 0; i < size && i < 4096; i++)
    p[i] = 0;
  return p;
}
