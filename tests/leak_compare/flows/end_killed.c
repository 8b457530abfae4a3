/* The program is killed by SIGKILL. */
/* truth: definite 1*112, kept 1*100000 */
/* status: 137 */
/* lsan: checks in a handler of exit */
#include "program.h"

void *kept;

static NOINLINE void work(void) {
  void *p = take(112);
  KEEP(p);
  kept = take(100000);
}

int main(void) {
  work();
  raise(SIGKILL);
  return 1;
}
