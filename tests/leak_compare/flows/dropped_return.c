/* The result of a function that allocates is not taken. */
/* truth: definite 1*112 */
#include "program.h"

static NOINLINE void *make(void) {
  return take(112);
}

int main(void) {
  make();
  return 0;
}
