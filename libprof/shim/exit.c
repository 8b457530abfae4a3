#include "shim/exit.h"

#include "shim/clock.h"
#include "shim/maps.h"
#include "shim/say.h"
#include "shim/session_path.h"
#include "shim/settings.h"
#include "shim/space.h"
#include "shim/sys.h"
#include "shim/text.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
int clone(int (*)(void *), void *, int, void *, ...);

/* Where `memprof` is: installed, or for a library in a build folder in that folder. Its name there
 * is made from the library's own: an installed one must not run what is found at some builder's
 * path. */
static char built_command[RECORDING_PATH_SIZE];

static const char *find_command(void) {
  static const char library[] = "/libprof/shim/libmemprof.so", command[] = "/cli/memprof";
  uintptr_t low, high;
  if (!maps_find((uintptr_t)find_command, &low, &high, built_command, sizeof(built_command)))
    return MEMPROF_COMMAND;
  size_t length = text_length(built_command), tail = sizeof(library) - 1;
  if (length < tail || !text_equal(built_command + length - tail, library))
    return MEMPROF_COMMAND;
  text_copy(built_command + length - tail, command, sizeof(command));
  return built_command;
}

static const char *found_command;

static char *arguments[] = {(char *)"memprof", (char *)"recover", (char *)"--at-exit", session_path,
                            NULL};

/* The command is not to be profiled: its LD_PRELOAD is another, harmless variable meanwhile. */
static char **hide_preload(char **saved) {
  for (char **entry = environ; entry && *entry; entry++)
    if (text_value(*entry, "LD_PRELOAD")) {
      *saved = *entry;
      *entry = (char *)"MEMPROF_AT_EXIT=1";
      return entry;
    }
  return NULL;
}

/* The command is a grandchild. The child between us is never executed over, so its end sends no
 * signal and wait() does not find it; whatever executes another program becomes an ordinary child,
 * SIGCHLD and all (execve resets the exit signal). Both run in our memory, one at a time, as with
 * vfork, on stacks of their own, and make system calls only. */
static uint64_t signals_before; /* the program's mask, which the command gets */

static int convert(void *unused) {
  (void)unused;
  sys(SYS_rt_sigprocmask, SIG_SETMASK, &signals_before, NULL, sizeof(signals_before));
  sys(SYS_execve, found_command, arguments, environ);
  sys(SYS_exit_group, 127);
  return 127;
}

/* Waits for a child whose wait status says what the command's did; 127 if there was none. */
static int status_of(int pid, int options) {
  int status = 127 << 8;
  while (pid > 0 && sys(SYS_wait4, pid, &status, options, NULL) == -EINTR)
    ;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 127;
}

static int supervise(void *unused) {
  static _Alignas(16) char stack[16384];
  /* A program that ignores SIGCHLD could not wait. Handlers are this process's own. */
  static const uint64_t default_action[4] = {0};
  sys(SYS_rt_sigaction, SIGCHLD, default_action, NULL, sizeof(uint64_t));
  int pid = clone(convert, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | SIGCHLD, unused);
  sys(SYS_exit_group, status_of(pid, __WALL));
  return 127;
}

/* Signals are blocked throughout: in the child the program's handlers must not run. */
static int run_command(void) {
  static _Alignas(16) char stack[16384];
  static const uint64_t all = UINT64_MAX;
  sys(SYS_rt_sigprocmask, SIG_SETMASK, &all, &signals_before, sizeof(all));
  int status =
      status_of(clone(supervise, stack + sizeof(stack), CLONE_VM | CLONE_VFORK, NULL), __WCLONE);
  sys(SYS_rt_sigprocmask, SIG_SETMASK, &signals_before, NULL, sizeof(all));
  return status;
}

void exit_convert(void) {
  if (recording)
    recording->last_monotonic = clock_read(CLOCK_MONOTONIC);
  struct settings settings;
  const char *bad;
  if (!recording || !session_path[0] || !settings_read(&settings, &bad))
    return;
  if (settings.supervisor) /* it reads the recording, or a process it left behind for that does */
    return;
  int saved_errno = errno;
  found_command = find_command();
  char *saved_entry, **hidden = hide_preload(&saved_entry);
  if (run_command() == 127)
    say("the profile was not written; run: memprof recover ", session_path, NULL);
  if (hidden)
    *hidden = saved_entry;
  errno = saved_errno;
}
