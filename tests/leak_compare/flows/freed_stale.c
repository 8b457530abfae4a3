/* A pointer to a freed block stays in a global; another block is lost. */
/* truth: definite 1*48 */
#include "program.h"

void *stale;

static NOINLINE void work(void) {
  stale = take(4000);
  void *lost = take(48);
  KEEP(lost);
  give(stale);
}

int main(void) {
  work();
  return 0;
}
