// expect: possible=64/1
#include "case.h"
uintptr_t tagged;
int main(void) {
  tagged = (uintptr_t)get(64) | 1;
  return 0;
}
