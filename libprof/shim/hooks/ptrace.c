/* ptrace: a process has one tracer. Under `memprof leaks` that is memprof, and a debugger in the
 * program's tree would be refused. So before the program starts to trace a process, the shim asks
 * memprof to let go of that process. */
#include "shim/life/tracer_ask.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/types.h>

#define EXPORT __attribute__((visibility("default")))

EXPORT long ptrace(enum __ptrace_request request, ...);

long ptrace(enum __ptrace_request request, ...) {
  static long (*next_ptrace)(enum __ptrace_request, ...);
  va_list ap;
  va_start(ap, request);
  pid_t pid = va_arg(ap, pid_t);
  void *address = va_arg(ap, void *), *data = va_arg(ap, void *);
  va_end(ap);
  if (!next_ptrace)
    next_ptrace = dlsym(RTLD_NEXT, "ptrace");
  if (request == PTRACE_TRACEME)
    (void)tracer_ask(REQUEST_RELEASE, 0);
  else if (request == PTRACE_ATTACH || request == PTRACE_SEIZE)
    (void)tracer_ask(REQUEST_RELEASE, (uint32_t)pid);
  return next_ptrace(request, pid, address, data);
}
