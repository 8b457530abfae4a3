/* A container forgets its elements by its count alone: the pointers are still there, so no tool
 * calls it a leak. */
/* truth: kept 10*10000 */
#include "program.h"

struct {
  void *slots[10];
  int count;
} container;

static NOINLINE void fill(void) {
  while (container.count < 10)
    container.slots[container.count++] = take(10000);
}

int main(void) {
  fill();
  container.count = 0;
  return 0;
}
