/* Blocks in an array on the heap that a global points to; one slot was overwritten. */
/* truth: definite 1*112, kept 9*10000 1*10000 */
#include "program.h"

void **slots;

static NOINLINE void fill(void) {
  slots = (void **)take(10000);
  for (int i = 0; i < 9; i++)
    slots[i] = take(10000);
  slots[9] = take(112);
}

static NOINLINE void overwrite(void) {
  slots[9] = slots[0];
}

int main(void) {
  fill();
  overwrite();
  return 0;
}
