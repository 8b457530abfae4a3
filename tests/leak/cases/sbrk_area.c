// Memory that the program took from the break itself is its own.
// expect: reachable=64/1 definite=35134/2
#include "case.h"
int main(void) {
  void **area;
  ESCAPE(get(16 << 10));
  free(get(10));
  area = sbrk(8192);
  area[100] = get(64);
  ESCAPE(get(300000 >> 4));
  return 0;
}
