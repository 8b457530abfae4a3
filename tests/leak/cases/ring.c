// expect: definite=32/1 indirect=64/2
#include "case.h"
int main(void) {
  void **a = get(32), **b = get(32), **c = get(32);
  a[0] = b, b[0] = c, c[0] = a;
  ESCAPE(a);
  return 0;
}
