/* forks HOW: the parent allocates 10 of 100 bytes before and 3 of 1000 after; its child, made in
 * the way named by HOW, frees 4 of the 100s, allocates 5 of 70 000 bytes, keeps 2 of them and ends
 * with _exit. */
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline))
extern char **environ;
pid_t _Fork(void);

NOINLINE void *parent_100_before(void) {
  return malloc(100);
}
NOINLINE void *parent_1000_after(void) {
  return malloc(1000);
}
NOINLINE void *child_70000(void) {
  return malloc(70000);
}

static void *before[10];

static void child(void) {
  for (int i = 0; i < 4; i++)
    free(before[i]);
  void *mine[5];
  for (int i = 0; i < 5; i++)
    mine[i] = child_70000();
  for (int i = 0; i < 3; i++)
    free(mine[i]);
}

static int child_main(void *unused) {
  (void)unused;
  child();
  return 0;
}

static char stack[65536] __attribute__((aligned(16)));

static pid_t start(const char *how, char *self) {
  pid_t pid = -1;
  char *exec_argv[] = {self, "exec", NULL};
  if (!strcmp(how, "fork"))
    pid = fork();
  else if (!strcmp(how, "_Fork"))
    pid = _Fork();
  else if (!strcmp(how, "raw"))
    pid = (pid_t)syscall(SYS_fork);
  else if (!strcmp(how, "clone"))
    return clone(child_main, stack + sizeof(stack), SIGCHLD, NULL);
  else if (!strcmp(how, "vfork")) {
    pid = vfork();
    if (pid == 0) {
      execv(self, exec_argv);
      _exit(9);
    }
    return pid;
  } else if (!strcmp(how, "posix_spawn"))
    return posix_spawn(&pid, self, NULL, NULL, exec_argv, environ) ? -1 : pid;
  else if (!strcmp(
               how,
               "clone_vm")) /* allocates in the parent's memory: for all to see, the parent's own */
    return clone(child_main, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | SIGCHLD, NULL);
  else if (!strcmp(how, "fork_exec")) {
    pid = fork();
    if (pid == 0) {
      execv(self, exec_argv);
      _exit(9);
    }
    return pid;
  } else if (!strcmp(how, "twice")) { /* the middle process allocates nothing */
    pid = fork();
    if (pid == 0) {
      pid = fork();
      if (pid) {
        waitpid(pid, NULL, 0);
        _exit(0);
      }
    }
  }
  if (pid == 0) {
    child();
    _exit(0);
  }
  return pid;
}

int main(int argc, char **argv) {
  if (argc < 2)
    return 8;
  if (!strcmp(argv[1], "exec")) {
    child();
    return 0;
  }
  for (int i = 0; i < 10; i++)
    before[i] = parent_100_before();
  pid_t pid = start(argv[1], argv[0]);
  if (pid < 0)
    return 7;
  for (int i = 0; i < 3; i++)
    parent_1000_after();
  int status;
  if (waitpid(pid, &status, 0) != pid || status)
    return 6;
  return 0;
}
