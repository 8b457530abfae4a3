// expect: definite=24/1 indirect=24/1 possible=96/3 reachable=80/3
/* Tagged pointers in the manner of tsearch: in a lost tree they keep nothing, and outside of a
 * node's second word, or in a block of another size, they are pointers to the inside. */
#include "case.h"

void **holders[3];

static NOINLINE void lose_tree(void) {
  void **parent = get(24);
  parent[1] = (char *)get(24) + 1;
  ESCAPE(parent);
}

static NOINLINE void hold(int i, size_t size, int word) {
  holders[i] = get(size);
  holders[i][word] = (char *)get(i == 2 ? 48 : 24) + 1;
}

int main(void) {
  lose_tree();
  hold(0, 24, 2); /* the right pointer has no tag */
  hold(1, 32, 1); /* no node */
  hold(2, 24, 1); /* to no node */
  clean();
  return 0;
}
