/* Included before a source of the shim's: each of its atomic operations becomes a step at which
 * schedule.c may let another thread go on, and its waiting gives way to another thread. */
#pragma once

void step(void);     /* before an atomic operation */
void give_way(void); /* while it waits for another thread */

#define __atomic_load_n(...) (step(), __atomic_load_n(__VA_ARGS__))
#define __atomic_store_n(...) (step(), __atomic_store_n(__VA_ARGS__))
#define __atomic_exchange_n(...) (step(), __atomic_exchange_n(__VA_ARGS__))
#define __atomic_compare_exchange_n(...) (step(), __atomic_compare_exchange_n(__VA_ARGS__))
#define __atomic_fetch_add(...) (step(), __atomic_fetch_add(__VA_ARGS__))
#define __atomic_fetch_sub(...) (step(), __atomic_fetch_sub(__VA_ARGS__))
#define __atomic_fetch_or(...) (step(), __atomic_fetch_or(__VA_ARGS__))
#define __atomic_fetch_and(...) (step(), __atomic_fetch_and(__VA_ARGS__))
#define __atomic_sub_fetch(...) (step(), __atomic_sub_fetch(__VA_ARGS__))
#define __atomic_add_fetch(...) (step(), __atomic_add_fetch(__VA_ARGS__))

#define arch_syscall arch_syscall_raw
#include "shim/sys/arch_x86_64.h"
#undef arch_syscall

#include <sys/syscall.h>

static inline long arch_syscall(long nr, long a, long b, long c, long d, long e, long f) {
  if (nr != SYS_sched_yield)
    return arch_syscall_raw(nr, a, b, c, d, e, f);
  give_way();
  return 0;
}
