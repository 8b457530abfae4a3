#include "shim/exit.h"

#include "shim/clock.h"
#include "shim/say.h"
#include "shim/session_path.h"
#include "shim/settings.h"
#include "shim/space.h"
#include "shim/sys.h"
#include "shim/text.h"

#include <errno.h>
#include <sched.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
int clone(int (*)(void *), void *, int, void *, ...);

/* Where `memprof` may be: installed, or beside us in the build folder. */
static const char *const commands[] = {MEMPROF_COMMAND, MEMPROF_BUILT_COMMAND};

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

/* The child of a vfork-like clone: system calls only. */
static int convert(void *unused) {
  (void)unused;
  for (unsigned i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
    sys(SYS_execve, commands[i], arguments, environ);
  sys(SYS_exit_group, 127);
  return 127;
}

static int run_command(void) {
  static _Alignas(16) char stack[16384];
  /* No signal at its end: the program's SIGCHLD handler and wait() must not see it. */
  int pid = clone(convert, stack + sizeof(stack), CLONE_VM | CLONE_VFORK, NULL);
  int status = -1;
  while (pid > 0 && sys(SYS_wait4, pid, &status, __WCLONE, NULL) == -EINTR)
    ;
  return pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : 127;
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
  char *saved_entry, **hidden = hide_preload(&saved_entry);
  if (run_command() == 127)
    say("the profile was not written; run: memprof recover ", session_path, NULL);
  if (hidden)
    *hidden = saved_entry;
  errno = saved_errno;
}
