/* A constructor loses a block before main begins. */
/* truth: definite 1*112 */
#include "program.h"

static NOINLINE void lose(void) {
  void *p = take(112);
  KEEP(p);
}

static __attribute__((constructor)) void begin(void) {
  lose();
}

int main(void) {
  return 0;
}
