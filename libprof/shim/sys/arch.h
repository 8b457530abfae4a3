/* Instructions that C does not have. arch_x86_64.h has:
 *
 *   arch_syscall(nr, a, b, c, d, e, f)   the kernel's answer; a negative value is -errno
 *   arch_add(counter, n)                 counter += n
 *   arch_add_sum(counter, n)             the same; returns the sum
 *   arch_swap(word, old, new)            *word = new if it was old; whether it was
 *   ARCH_LIBC_FIRST                      the version of glibc's oldest symbols on this processor
 *
 * The three before are whole with regard to signal handlers of the thread that runs them, and to
 * nobody else: where another thread changes the word at the same time, one change is lost. */
#pragma once

#if defined(__x86_64__)
#include "shim/sys/arch_x86_64.h"
#else
#error "memprof: no shim/sys/arch_*.h for this processor; docs/EXTENDING.md says what it must have"
#endif
