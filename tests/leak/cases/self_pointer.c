// expect: definite=40/1
#include "case.h"
int main(void) {
  void **a = get(40);
  a[2] = a;
  ESCAPE(a);
  return 0;
}
