/* Pointers in memory that the program mapped itself; one region was unmapped again. */
/* truth: definite 1*112, kept 1*100000 */
/* lsan: knows no mapped memory as a root */
#include "program.h"

static void **map(void) {
  return (void **)mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

void **pool;

static NOINLINE void hold(void) {
  pool = map();
  pool[100] = take(100000);
}

static NOINLINE void lose(void) {
  void **other = map();
  other[100] = take(112);
  munmap(other, 4096);
}

int main(void) {
  hold();
  lose();
  return 0;
}
