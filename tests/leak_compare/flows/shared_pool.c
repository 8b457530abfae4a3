/* A pointer in memory that the program mapped to share it. */
/* truth: kept 1*100000 */
/* lsan: knows no mapped memory as a root */
#include "program.h"

void **pool;

static NOINLINE void hold(void) {
  pool = (void **)mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  pool[900] = take(100000);
}

int main(void) {
  hold();
  return 0;
}
