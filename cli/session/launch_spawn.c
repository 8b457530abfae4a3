#include "cli/session/launch_spawn.h"

#include "base/cleanup.h"
#include "cli/line/stdio_guard.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static size_t count_entries(char **environment) {
  size_t n = 0;
  while (environment[n])
    n++;
  return n;
}

/* A variable that is there keeps its place, as putenv would let it. The first of several counts. */
static char **place_of(char **environment, const char *entry) {
  size_t n = strcspn(entry, "=");
  while (*environment && (strncmp(*environment, entry, n) != 0 || (*environment)[n] != '='))
    environment++;
  return environment;
}

/* The strings stay their owners'. NULL without memory. */
static char **environment_with(char **added) {
  char **all = calloc(count_entries(environ) + count_entries(added) + 1, sizeof(*all));
  if (!all)
    return NULL;
  memcpy(all, environ, count_entries(environ) * sizeof(*all));
  for (; *added; added++)
    *place_of(all, *added) = *added;
  return all;
}

/* In the child, which writes into our memory: only system calls, and nothing that allocates. The
 * actions of signals and the descriptors are its own. Returns if the program cannot be executed. */
static void become(char **argv, char **environment, const sigset_t *mask, bool stdout_to_stderr) {
  stdio_guard_leave();
  if (stdout_to_stderr)
    dup2(STDERR_FILENO, STDOUT_FILENO);
  sigprocmask(SIG_SETMASK, mask, NULL);
  execvpe(argv[0], argv, environment);
}

int launch_spawn(char **argv, char **environment, const sigset_t *mask, bool stdout_to_stderr,
                 pid_t *ret) {
  _cleanup_free_ char **all = environment_with(environment);
  if (!all)
    return ENOMEM;
  volatile int failed = 0; /* the child's errno */
  sigset_t every, held;
  sigfillset(&every);
  sigprocmask(SIG_BLOCK, &every, &held); /* no handler may run in the child */
  pid_t pid = vfork();
  if (pid == 0) {
    become(argv, all, mask, stdout_to_stderr); // NOLINT(clang-analyzer-unix.Vfork)
    failed = errno;
    _exit(EXIT_FAILURE);
  }
  int error = pid < 0 ? errno : failed;
  sigprocmask(SIG_SETMASK, &held, NULL);
  if (pid > 0 && error)
    waitpid(pid, NULL, 0);
  *ret = pid;
  return error;
}
