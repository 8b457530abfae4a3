/* An error path returns without freeing what was obtained before. */
/* truth: definite 1*112 1*208 */
#include "program.h"

static NOINLINE int parse(int good) {
  void *name = take(112), *value = take(208);
  KEEP(name);
  KEEP(value);
  if (!good)
    return -1;
  give(name);
  give(value);
  return 0;
}

int main(void) {
  return parse(1) == 0 && parse(0) == -1 ? 0 : 1;
}
