// expect: definite=64/1
#include "case.h"
uintptr_t hidden;
int main(void) {
  hidden = (uintptr_t)get(64) ^ 0x5555aaaa5555aaaaull;
  return 0;
}
