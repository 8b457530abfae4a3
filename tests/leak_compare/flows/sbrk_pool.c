/* A pointer in memory from sbrk. */
/* truth: kept 1*100000 */
/* lsan: knows no memory from sbrk as a root */
#include "program.h"

void **pool;

static NOINLINE void hold(void) {
  pool = (void **)(((uintptr_t)sbrk(8192) + 15) & ~(uintptr_t)15);
  pool[3] = take(100000);
}

int main(void) {
  hold();
  return 0;
}
