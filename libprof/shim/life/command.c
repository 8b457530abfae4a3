#include "shim/life/command.h"

#include "common/layout.h"
#include "shim/sys/maps.h"
#include "shim/sys/sandbox.h"
#include "shim/sys/say.h"
#include "shim/sys/sys.h"
#include "shim/sys/text.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
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
  struct map map;
  if (!maps_find((uintptr_t)find_command, &map, built_command, sizeof(built_command)))
    return MEMPROF_COMMAND;
  size_t length = text_length(built_command), tail = sizeof(library) - 1;
  if (length < tail || !text_equal(built_command + length - tail, library))
    return MEMPROF_COMMAND;
  text_copy(built_command + length - tail, command, sizeof(command));
  return built_command;
}

/* The command that is being run: guarded by `running`. */
static const char *found_command;
static char *const *arguments;
static char **environment;
static int running;

/* The command is not to be profiled: its LD_PRELOAD is another, harmless variable. The program's
 * own environment stays as it is: other threads may be starting children. NULL without memory. */
static char **copy_environment(size_t *size) {
  size_t n = 0;
  while (environ && environ[n])
    n++;
  *size = (n + 1) * sizeof(*environ);
  long address =
      sys(SYS_mmap, 0, *size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (sys_failed(address))
    return NULL;
  char **copy = (char **)address;
  for (size_t i = 0; i < n && environ[i]; i++)
    copy[i] = text_value(environ[i], "LD_PRELOAD") ? (char *)"MEMPROF_AT_EXIT=1" : environ[i];
  return copy;
}

/* The command is a grandchild. The child between never executes another program, so its end sends
 * no signal and wait() does not find it. A child that does becomes an ordinary one, SIGCHLD and
 * all, because execve resets the exit signal. Both run in our memory, one at a time, as with vfork,
 * on stacks of their own, and make system calls only. */
static uint64_t signals_before; /* the program's mask, which the command gets */

/* The command's messages do not go where the shim's own must not. Its descriptors are not ours. */
static void silence(void) {
  long null = sys(SYS_openat, AT_FDCWD, "/dev/null", O_WRONLY | O_CLOEXEC, 0);
  if (sys_failed(null) || sys_failed(sys(SYS_dup3, null, 2, 0)))
    sys(SYS_close, 2);
}

static int convert(void *unused) {
  (void)unused;
  if (!say_is_heard())
    silence();
  sys(SYS_rt_sigprocmask, SIG_SETMASK, &signals_before, NULL, sizeof(signals_before));
  sys(SYS_execve, found_command, arguments, environment);
  sys(SYS_exit_group, COMMAND_MISSING);
  return COMMAND_MISSING;
}

/* Waits for a child whose exit status is the command's, and returns that; COMMAND_MISSING if there
 * is no such child. */
static int status_of(int pid, int options) {
  int status = COMMAND_MISSING << 8;
  while (pid > 0 && sys(SYS_wait4, pid, &status, options, NULL) == -EINTR)
    ;
  return WIFEXITED(status) ? WEXITSTATUS(status) : COMMAND_MISSING;
}

static int supervise(void *unused) {
  static _Alignas(16) char stack[16384];
  /* A program that ignores SIGCHLD could not wait. Handlers are this process's own. */
  static const uint64_t default_action[4] = {0};
  sys(SYS_rt_sigaction, SIGCHLD, default_action, NULL, sizeof(uint64_t));
  int pid = clone(convert, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | SIGCHLD, unused);
  sys(SYS_exit_group, status_of(pid, __WALL));
  return COMMAND_MISSING;
}

/* Signals are blocked throughout: in the child the program's handlers must not run. */
static int run(void) {
  static _Alignas(16) char stack[16384];
  static const uint64_t all = UINT64_MAX;
  sys(SYS_rt_sigprocmask, SIG_SETMASK, &all, &signals_before, sizeof(all));
  int status =
      status_of(clone(supervise, stack + sizeof(stack), CLONE_VM | CLONE_VFORK, NULL), __WCLONE);
  sys(SYS_rt_sigprocmask, SIG_SETMASK, &signals_before, NULL, sizeof(all));
  return status;
}

int command_run(char *const wanted[]) {
  size_t size;
  if (sandboxed())
    return COMMAND_MISSING;
  while (__atomic_exchange_n(&running, 1, __ATOMIC_ACQUIRE))
    sys(SYS_sched_yield);
  found_command = find_command();
  arguments = wanted;
  environment = copy_environment(&size);
  int status = environment ? run() : COMMAND_MISSING;
  if (environment)
    sys(SYS_munmap, environment, size);
  __atomic_store_n(&running, 0, __ATOMIC_RELEASE);
  return status;
}

void command_reset(void) {
  running = 0;
}
