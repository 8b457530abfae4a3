/* _exit is called at the bottom of a recursion of which each level has a block on its stack. */
/* truth: kept 10*10000 */
#include "program.h"

static NOINLINE void descend(int depth) {
  void *volatile p = take(10000);
  if (!depth)
    _exit(0);
  descend(depth - 1);
  if (!p)
    abort();
}

int main(void) {
  descend(9);
  return 0;
}
