/* A pointer with a flag in its lowest bit. */
/* truth: possible 1*10000 */
/* lsan: takes a pointer to the inside for one to the start */
/* calls: plain */
#include "program.h"

uintptr_t tagged;

static NOINLINE void hold(void) {
  tagged = (uintptr_t)take(10000) | 1;
}

int main(void) {
  hold();
  return 0;
}
