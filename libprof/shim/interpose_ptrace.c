/* ptrace: a process has one tracer. Under `memprof leaks` that is memprof, and a debugger in the
 * program's tree would be refused: so before it starts to trace a process, memprof is asked to let
 * go of that. */
#include "common/tracer_request.h"
#include "shim/settings.h"
#include "shim/sys.h"
#include "shim/text.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/ptrace.h>

#define EXPORT __attribute__((visibility("default")))

static bool text_starts(const char *text, const char *with) {
  while (*with && *text == *with)
    text++, with++;
  return !*with;
}

/* From "TracerPid:" in /proc/thread-self/status; 0 for none. */
static uint64_t own_tracer(void) {
  char text[2048];
  int fd = (int)sys(SYS_openat, AT_FDCWD, "/proc/thread-self/status", O_RDONLY | O_CLOEXEC, 0);
  long n = fd >= 0 ? sys(SYS_read, fd, text, sizeof(text) - 1) : -1;
  uint64_t pid = 0;
  if (fd >= 0)
    sys(SYS_close, fd);
  text[n > 0 ? n : 0] = '\0';
  for (const char *at = text; *at; at++)
    if (at[0] == '\n' && text_starts(at + 1, "TracerPid:\t")) {
      at += sizeof("\nTracerPid:\t") - 1;
      return text_parse(&at, &pid) ? pid : 0;
    }
  return 0;
}

static void ask_to_release(pid_t pid) {
  struct settings settings;
  const char *bad;
  if (!settings_read(&settings, &bad) || !settings.supervisor ||
      own_tracer() != settings.supervisor)
    return;
  siginfo_t info = {.si_signo = SIGSTOP, .si_code = SI_QUEUE};
  info.si_pid = (pid_t)sys(SYS_getpid);
  info.si_uid = (uid_t)sys(SYS_getuid);
  info.si_value.sival_ptr = (void *)(uintptr_t)tracer_request((uint32_t)pid);
  sys(SYS_rt_tgsigqueueinfo, info.si_pid, sys(SYS_gettid), SIGSTOP, &info);
}

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
    ask_to_release(0);
  else if (request == PTRACE_ATTACH || request == PTRACE_SEIZE)
    ask_to_release(pid);
  return next_ptrace(request, pid, address, data);
}
