#include "shim/sys/clock.h"

#include "shim/sys/sys.h"

#include <dlfcn.h>
#include <stddef.h>

static int by_system_call(clockid_t clock, struct timespec *ret) {
  return (int)sys(SYS_clock_gettime, clock, ret);
}

int (*clock_function)(clockid_t, struct timespec *) = by_system_call;
uint64_t clock_origin;

/* libc's own function would do, except in programs that are run under a false clock. */
void clock_find(void) {
  void *vdso = dlopen("linux-vdso.so.1", RTLD_LAZY | RTLD_NOLOAD);
  int (*found)(clockid_t, struct timespec *) = vdso ? dlsym(vdso, "__vdso_clock_gettime") : NULL;
  if (found)
    clock_function = found;
}

uint64_t clock_read(clockid_t clock) {
  struct timespec t;
  return by_system_call(clock, &t) == 0 ? (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec : 0;
}
