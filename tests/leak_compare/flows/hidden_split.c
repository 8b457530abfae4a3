/* A pointer's halves are kept apart. */
/* truth: hidden 1*112 */
/* valgrind: its heap lies below 4 GiB, where half a pointer is one */
#include "program.h"

struct {
  uint32_t low;
  uint64_t high; /* 64 bits: the halves are not side by side */
} split;

static NOINLINE void hold(void) {
  uintptr_t p = (uintptr_t)take(112);
  split.low = (uint32_t)p;
  split.high = p >> 32;
}

int main(void) {
  hold();
  return 0;
}
