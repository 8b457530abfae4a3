/* A block is moved by realloc, and the new pointer dropped; the old one is still there. */
/* truth: definite 1*6000 */
/* calls: c */
#include "program.h"

void *old;

static NOINLINE void grow(void) {
  old = take(112);
  void *barrier = take(48);
  void *moved = realloc(old, 6000);
  KEEP(moved);
  free(barrier);
}

int main(void) {
  grow();
  return 0;
}
