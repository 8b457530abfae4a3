/* System calls without libc: they cannot be interposed, take no lock, are no cancellation points
 * and leave errno alone. Results are the kernel's: a negative value is -errno. */
#pragma once

#include <stdint.h>
#include <sys/syscall.h>

static inline long sys_call6(long nr, long a, long b, long c, long d, long e, long f) {
#if defined(__x86_64__)
  long ret;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  __asm__ volatile("syscall"
                   : "=a"(ret)
                   : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return ret;
#elif defined(__aarch64__)
  register long x8 __asm__("x8") = nr;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  register long x5 __asm__("x5") = f;
  __asm__ volatile("svc 0"
                   : "+r"(x0)
                   : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                   : "memory", "cc");
  return x0;
#else
#error "memprof: no system calls for this architecture"
#endif
}

#define SYS_ARG7(nr, a, b, c, d, e, f, ...)                                                        \
  sys_call6(nr, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
/* sys(SYS_openat, AT_FDCWD, path, flags, mode) */
#define sys(...) SYS_ARG7(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)

/* Whether a system call that returns an address or a count failed. */
static inline int sys_failed(long ret) {
  return (unsigned long)ret >= -4095ul;
}
