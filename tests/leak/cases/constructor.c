// expect: definite=48/1 reachable=24/1
#include "case.h"
static void *kept;
__attribute__((constructor)) static void constructor(void) {
  ESCAPE(get(48));
  kept = get(24);
  ESCAPE(&kept);
}
int main(void) {
  return 0;
}
