// Blocks of no bytes are blocks: one is kept, one lost.
// expect: reachable=0/1 definite=0/1
#include "case.h"
static void *kept;
int main(void) {
  kept = get(0);
  ESCAPE(&kept);
  ESCAPE(get(0));
  clean();
  return 0;
}
