/* A pointer XOR-ed with a secret: in use, but nobody can know. */
/* truth: hidden 1*112 */
#include "program.h"

uintptr_t hidden;

static NOINLINE void hold(void) {
  hidden = (uintptr_t)take(112) ^ UINT64_C(0x5a5a5a5a5a5a5a5a);
}

int main(void) {
  hold();
  return 0;
}
