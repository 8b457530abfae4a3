// The later block of a lost pair points to the earlier one: it alone is definitely lost, in either order.
// expect: definite=48/1 indirect=80/2
#include "case.h"
int main(void) {
  void **first = get(16), **second = get(48), **third = get(64);
  second[0] = first, first[0] = third;
  ESCAPE(second);
  return 0;
}
