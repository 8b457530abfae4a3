// The last block before the free rest of the heap, filled to its last byte.
// expect: definite=24/1
#include "case.h"
int main(void) {
  void *p = get(24);
  ESCAPE(p);
  return 0;
}
