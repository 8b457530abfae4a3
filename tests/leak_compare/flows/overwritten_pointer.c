/* A pointer is set to a second block while it is the only one to the first. */
/* truth: definite 1*112, kept 1*100000 */
#include "program.h"

void *held;

static NOINLINE void hold(size_t n) {
  held = take(n);
}

int main(void) {
  hold(112);
  hold(100000);
  return 0;
}
