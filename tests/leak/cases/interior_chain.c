// A block that a possibly lost block points to is possibly lost, too, even by a pointer to its
// start; unless a good pointer leads to it.
// expect: possible=132/2 reachable=64/1
#include "case.h"
char *inside, *good;
int main(void) {
  char **p = get(100);
  p[0] = get(32);
  p[1] = good = get(64);
  inside = (char *)p + 40;
  return 0;
}
