/* Three of ten rounds leave the loop's body before the block is freed. */
/* truth: definite 3*304 */
#include "program.h"

static NOINLINE void work(int round) {
  char *p = (char *)take(304);
  p[0] = (char)round;
  KEEP(p);
  if (round % 4 == 1)
    return;
  give(p);
}

int main(void) {
  for (int i = 0; i < 10; i++)
    work(i);
  return 0;
}
