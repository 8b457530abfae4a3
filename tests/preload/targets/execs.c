/* execs HOW PROGRAM [ARGUMENT...]: executes PROGRAM in one of the ways that libc has. */
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int wait_for(pid_t pid) {
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}

int main(int argc, char **argv) {
  const char *how = argv[1], *path = argv[2];
  char *const *rest = argv + 2;
  pid_t pid;
  if (argc < 3)
    return 2;
  free(malloc(100));
  if (!strcmp(how, "execve"))
    execve(path, rest, environ);
  else if (!strcmp(how, "execv"))
    execv(path, rest);
  else if (!strcmp(how, "execvp"))
    execvp(path, rest);
  else if (!strcmp(how, "execvpe"))
    execvpe(path, rest, environ);
  else if (!strcmp(how, "execl"))
    execl(path, path, argv[3], (char *)NULL);
  else if (!strcmp(how, "execlp"))
    execlp(path, path, argv[3], (char *)NULL);
  else if (!strcmp(how, "execle"))
    execle(path, path, argv[3], (char *)NULL, environ);
  else if (!strcmp(how, "fexecve"))
    fexecve(open(path, O_RDONLY), rest, environ);
  else if (!strcmp(how, "execveat"))
    execveat(AT_FDCWD, path, rest, environ, 0);
  else if (!strcmp(how, "posix_spawn"))
    return posix_spawn(&pid, path, NULL, NULL, rest, environ) ? 98 : wait_for(pid);
  else if (!strcmp(how, "posix_spawnp"))
    return posix_spawnp(&pid, path, NULL, NULL, rest, environ) ? 98 : wait_for(pid);
  return 97;
}
