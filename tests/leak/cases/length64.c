// sqlite's way: the size of the rest in front, and a pointer to the rest.
// expect: reachable=108/1 possible=108/1
#include "case.h"
long *good, *bad;
int main(void) {
  long *a = get(108), *b = get(108);
  a[0] = 100, b[0] = 99;
  good = a + 1, bad = b + 1;
  return 0;
}
