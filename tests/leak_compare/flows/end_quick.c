/* The program ends by quick_exit. */
/* truth: definite 1*112, kept 1*100000 */
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
  quick_exit(0);
}
