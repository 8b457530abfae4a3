/* prctl and syscall, by which a program locks itself into a seccomp sandbox: the shim sees it just
 * before, makes ready and asks the kernel for little from then on (sys/sandbox.h). */
#include "shim/sys/sandbox.h"

#include "shim/count/pause.h"
#include "shim/store/module.h"
#include "shim/store/space.h"
#include "shim/walk/cfi_tables.h"

#include <dlfcn.h>
#include <link.h>
#include <linux/seccomp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#define EXPORT __attribute__((visibility("default")))

static int (*next_prctl)(int, unsigned long, unsigned long, unsigned long, unsigned long);
/* For the assembly of hooks/arch_*.c. */
__attribute__((used, visibility("hidden"))) long (*next_syscall)(long, long, long, long, long, long,
                                                                 long);
__attribute__((used, visibility("hidden"))) long syscall_watched(long number, long a, long b,
                                                                 long c, long d, long e, long f);

__attribute__((constructor)) static void find_next(void) {
  next_prctl = dlsym(RTLD_NEXT, "prctl");
  next_syscall = dlsym(RTLD_NEXT, "syscall");
}

/* Modules are recorded as frames in them are met, and that asks the kernel. */
static int know_object(struct dl_phdr_info *info, size_t size, void *unused) {
  (void)size, (void)unused;
  for (unsigned i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
    uintptr_t pc = info->dlpi_addr + segment->p_vaddr;
    struct dl_find_object object;
    struct cfi_tables tables;
    if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_X) ||
        _dl_find_object((void *)pc, &object) != 0)
      continue;
    module_register(pc, &object);
    cfi_tables_find(pc, &object, &tables);
  }
  return 0;
}

/* Returns the state from before, for sandbox_refused. */
static int sandbox_enter(int kind) {
  int before = sandbox;
  if (recording && !before)
    dl_iterate_phdr(know_object, NULL);
  if (kind == SANDBOX_STRICT)
    record_pause();
  if (kind > before)
    __atomic_store_n(&sandbox, kind, __ATOMIC_SEQ_CST);
  return before;
}

static void sandbox_refused(int kind, int before) {
  __atomic_store_n(&sandbox, before, __ATOMIC_SEQ_CST);
  if (kind == SANDBOX_STRICT)
    record_resume();
}

static int kind_of_prctl(long option, long mode) {
  return option != PR_SET_SECCOMP      ? SANDBOX_NONE
         : mode == SECCOMP_MODE_STRICT ? SANDBOX_STRICT
                                       : SANDBOX_FILTER;
}

static int kind_of_syscall(long number, long a, long b) {
  if (number == SYS_prctl)
    return kind_of_prctl(a, b);
  return number != SYS_seccomp          ? SANDBOX_NONE
         : a == SECCOMP_SET_MODE_STRICT ? SANDBOX_STRICT
         : a == SECCOMP_SET_MODE_FILTER ? SANDBOX_FILTER
                                        : SANDBOX_NONE;
}

EXPORT int prctl(int option, ...) {
  va_list ap;
  va_start(ap, option);
  unsigned long a = va_arg(ap, unsigned long), b = va_arg(ap, unsigned long),
                c = va_arg(ap, unsigned long), d = va_arg(ap, unsigned long);
  va_end(ap);
  if (!next_prctl)
    find_next();
  int kind = kind_of_prctl(option, (long)a);
  int before = kind ? sandbox_enter(kind) : 0;
  int result = next_prctl(option, a, b, c, d);
  if (kind && result != 0)
    sandbox_refused(kind, before);
  return result;
}

long syscall_watched(long number, long a, long b, long c, long d, long e, long f) {
  if (!next_syscall)
    find_next();
  int kind = kind_of_syscall(number, a, b);
  int before = kind ? sandbox_enter(kind) : 0;
  long result = next_syscall(number, a, b, c, d, e, f);
  if (kind && result < 0)
    sandbox_refused(kind, before);
  return result;
}
