// expect: definite=64/1
#include "case.h"
#include <sys/mman.h>
int main(void) {
  void **pool = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  pool[5] = get(64);
  munmap(pool, 8192);
  return 0;
}
