/* A block that malloc gives a mapping of its own, lost. */
/* truth: definite 1*200000 */
#include "program.h"

static NOINLINE void work(void) {
  char *p = (char *)take(200000);
  p[199999] = 1;
  KEEP(p);
}

int main(void) {
  work();
  return 0;
}
