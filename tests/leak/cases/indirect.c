// A list, a tree and a lone block of which only the heads are lost.
// expect: definite=48/2 indirect=96/4
#include "case.h"
int main(void) {
  void **list = get(16), **tree = get(32);
  list[0] = get(16);
  ((void **)list[0])[0] = get(16);
  tree[0] = get(32), tree[3] = get(32);
  ESCAPE(list);
  ESCAPE(tree);
  return 0;
}
