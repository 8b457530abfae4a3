/* The program ends with a status of its own. */
/* truth: definite 1*112, kept 1*100000 */
/* status: 7 */
#include "program.h"

void *kept;

static NOINLINE void work(void) {
  void *p = take(112);
  KEEP(p);
  kept = take(100000);
}

int main(void) {
  work();
  return 7;
}
