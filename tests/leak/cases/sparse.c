// Address space that was reserved and hardly used: a pointer in its midst is found, and the check takes what was
// used of it, not what was reserved.
// expect: definite=32/1 reachable=64/1
#include "case.h"

#include <sys/mman.h>

enum { TIB_SHIFT = 40, MOST = 64 };

int main(void) {
  char *space = mmap(NULL, (size_t)MOST << TIB_SHIFT, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (space == MAP_FAILED)
    return 9;
  *(void **)(space + ((size_t)MOST << TIB_SHIFT) / 2) = get(64);
  ESCAPE(get(32));
  clean();
  return 0;
}
