// expect: reachable=96/2
#include "case.h"
void *p[3] = {&p, &p, &p};
static char filler = 1;
int main(void) {
  static void *local = &filler;
  ESCAPE(&local);
  p[1] = get(64);
  local = get(32);
  return 0;
}
