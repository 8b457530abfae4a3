// Pointers kept in mappings of the program's own, private and shared.
// expect: reachable=192/2
// expect --roots=stacks,registers,globals,tls: definite=192/2
#include "case.h"
#include <sys/mman.h>
static char *pool, *shared;
int main(void) {
  pool = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  shared = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  *(void **)(pool + 500000) = get(64);
  *(void **)(shared + 4096) = get(128);
  return 0;
}
