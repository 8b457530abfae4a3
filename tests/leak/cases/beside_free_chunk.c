// The allocator's own pointers to free chunks lie just within the block before: they are no pointers to it.
// expect: definite=1072/3
#include "case.h"
int main(void) {
  char *a = get(1048 - 8 - 8 - 8), *hole = get(2000), *b = get(24), *hole2 = get(24), *c = get(24);
  ESCAPE(a);
  ESCAPE(b);
  ESCAPE(c);
  free(hole);
  free(hole2);
  return 0;
}
