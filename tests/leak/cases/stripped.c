// Neither symbols nor debug information.
// flags: -s
// expect: reachable=24/1 definite=48/1 indirect=16/1
#include "case.h"
static void *kept;
NOINLINE void lose(void) {
  void **p = get(48);
  p[0] = get(16);
  ESCAPE(p);
}
int main(void) {
  kept = get(24);
  ESCAPE(&kept);
  lose();
  clean();
  return 0;
}
