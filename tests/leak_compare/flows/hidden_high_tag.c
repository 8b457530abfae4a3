/* A pointer with a tag in its upper byte. */
/* truth: hidden 1*112 */
#include "program.h"

uintptr_t hidden;

static NOINLINE void hold(void) {
  hidden = (uintptr_t)take(112) | UINT64_C(0xa5) << 56;
}

int main(void) {
  hold();
  return 0;
}
