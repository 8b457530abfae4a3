/* Each level of a recursion loses a block. */
/* truth: definite 12*112 */
#include "program.h"

static NOINLINE int descend(int depth) {
  int *p = (int *)take(112);
  *p = depth;
  KEEP(p);
  return depth ? descend(depth - 1) + *p : 0;
}

int main(void) {
  return descend(11) == 66 ? 0 : 1;
}
