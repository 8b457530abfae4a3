/* Process-wide events that the shim must see: its own start, forks, unloaded libraries, the end.
 *
 * fork() runs the handlers registered here; _Fork() and clone() run none, so they are wrapped.
 * Children of vfork and posix_spawn share the parent's memory until they exec: their allocations
 * are the parent's. */
#include "shim/count/thread.h"
#include "shim/life/convert.h"
#include "shim/life/passed_by.h"
#include "shim/life/session.h"
#include "shim/life/settings.h"
#include "shim/life/unload.h"
#include "shim/sys/clock.h"
#include "shim/sys/next.h"
#include "shim/sys/say.h"

#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/types.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

static pid_t (*next_Fork)(void);
static int (*next_clone)(int (*)(void *), void *, int, void *, ...);
static int (*next_dlclose)(void *);
static void *(*next_dlopen)(const char *, int);

static void find_next(void) {
  next_resolve();
  next_Fork = dlsym(RTLD_NEXT, "_Fork");
  next_clone = dlsym(RTLD_NEXT, "clone");
  next_dlclose = dlsym(RTLD_NEXT, "dlclose");
  next_dlopen = dlsym(RTLD_NEXT, "dlopen");
}

/* Fork handlers are registered here and not at the first allocation: that may come with libc's lock
 * on the list of handlers held. */
__attribute__((constructor)) static void shim_start(void) {
  struct settings settings;
  const char *bad;
  say_remember();
  find_next();
  clock_find();
  pthread_atfork(session_fork_prepare, session_fork_parent, session_fork_child);
  session_ready();
  if (settings_read(&settings, &bad) && !settings.follow) {
    settings_remove("libmemprof.so");
    settings_remove("libmemprof-new.so");
  }
}

__attribute__((destructor)) static void shim_end(void) {
  convert_at_exit();
}

EXPORT pid_t _Fork(void) {
  if (!next_Fork)
    find_next();
  session_fork_prepare();
  pid_t pid = next_Fork();
  if (pid)
    session_fork_parent();
  else
    session_fork_child();
  return pid;
}

struct child {
  int (*function)(void *);
  void *argument;
};

static int child_main(void *p) {
  struct child child = *(struct child *)p;
  session_fork_child();
  return child.function(child.argument);
}

/* A child with memory of its own must leave our recording before it does anything; one that shares
 * our memory is a thread to us. */
EXPORT int clone(int (*function)(void *), void *stack, int flags, void *argument, ...) {
  va_list ap;
  va_start(ap, argument);
  pid_t *parent_tid = va_arg(ap, pid_t *);
  void *tls = va_arg(ap, void *);
  pid_t *child_tid = va_arg(ap, pid_t *);
  va_end(ap);
  if (!next_clone)
    find_next();
  if (flags & CLONE_VM)
    return next_clone(function, stack, flags, argument, parent_tid, tls, child_tid);
  struct child child = {function, argument};
  session_fork_prepare();
  int pid = next_clone(child_main, stack, flags, &child, parent_tid, tls, child_tid);
  session_fork_parent();
  return pid;
}

/* By a jump, which it is at every level that the shim is built at: dlopen asks its return address
 * whose search path and scope it is to use. A library with RTLD_DEEPBIND calls libc's malloc, not
 * ours. */
EXPORT void *dlopen(const char *file, int mode) {
  if (!next_dlopen)
    find_next();
  if (mode & RTLD_DEEPBIND)
    passed_by_note();
  return next_dlopen(file, mode);
}

EXPORT int dlclose(void *handle) {
  if (!next_dlclose)
    find_next();
  int result = next_dlclose(handle);
  unload_check();
  return result;
}
