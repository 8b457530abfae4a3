/* drop UID: a child gives up root before it allocates 100 blocks of 1000 bytes, which it loses.
 * drop UID PROGRAM ARGUMENT...: it executes the program instead. Exit status: the child's. */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

void *volatile lost;

__attribute__((noinline)) static void *after_drop(void) {
  return malloc(1000);
}

int main(int argc, char **argv) {
  uid_t user = (uid_t)atoi(argv[1]);
  pid_t pid = fork();
  if (pid == 0) {
    if (setresgid(user, user, user) || setresuid(user, user, user))
      _exit(9);
    if (argc > 2)
      execv(argv[2], argv + 2);
    for (int i = 0; i < 100; i++)
      lost = after_drop();
    lost = NULL;
    _exit(argc > 2 ? 8 : 0);
  }
  int status;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 7;
}
