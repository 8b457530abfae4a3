/* A global array of pointers is set to zero. */
/* truth: definite 10*112 */
#include "program.h"

void *slots[10];

static NOINLINE void fill(void) {
  for (int i = 0; i < 10; i++)
    slots[i] = take(112);
}

static NOINLINE void clear(void) {
  memset(slots, 0, sizeof(slots));
  __asm__ volatile("" : : "r"(slots) : "memory");
}

int main(void) {
  fill();
  clear();
  return 0;
}
