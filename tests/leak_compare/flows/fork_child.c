/* A forked child leaks; its parent does not. */
/* truth: definite 1*112 */
#include "program.h"

static NOINLINE void lose(void) {
  void *p = take(112);
  KEEP(p);
}

int main(void) {
  pid_t pid = fork();
  if (!pid) {
    lose();
    exit(0);
  }
  return waitpid(pid, NULL, 0) == pid ? 0 : 1;
}
