/* A block that a parent lost before it forked is lost in both processes; one that it keeps is kept
 * in both. */
/* truth: definite 2*112, kept 2*100000 */
#include "program.h"

void *kept;

static NOINLINE void work(void) {
  void *p = take(112);
  KEEP(p);
  kept = take(100000);
}

int main(void) {
  work();
  pid_t pid = fork();
  if (!pid)
    exit(0);
  return waitpid(pid, NULL, 0) == pid ? 0 : 1;
}
