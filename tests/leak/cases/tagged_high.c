// Not to be told from a number: documented as lost.
// expect: definite=64/1
#include "case.h"
uintptr_t tagged;
int main(void) {
  tagged = (uintptr_t)get(64) | 1ull << 63;
  return 0;
}
