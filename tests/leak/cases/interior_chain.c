// What hangs on a possibly lost block is possibly lost, too, even by a pointer to its start; not what has a good pointer, too.
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
