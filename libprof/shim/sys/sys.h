/* System calls without libc: they cannot be interposed, take no lock, are no cancellation points
 * and leave errno alone. Results are the kernel's: a negative value is -errno. */
#pragma once

#include "shim/sys/arch.h"

#include <sys/syscall.h>

#define SYS_ARG7(nr, a, b, c, d, e, f, ...)                                                        \
  arch_syscall(nr, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
/* sys(SYS_openat, AT_FDCWD, path, flags, mode) */
#define sys(...) SYS_ARG7(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)

/* Whether a system call that returns an address or a count failed. */
static inline int sys_failed(long ret) {
  return (unsigned long)ret >= -4095ul;
}
