// A page inside a live block that nobody can read: it hides no pointer that the program could use, and
// the lost block stays definitely lost.
// expect: definite=64/1 reachable=32768/1
#include "case.h"

#include <sys/mman.h>

static char *volatile kept;

int main(void) {
  char *block = kept = get(32768);
  ESCAPE(get(64));
  mprotect((void *)(((uintptr_t)block + 8192) & ~4095ul), 4096, PROT_NONE);
  clean();
  return 0;
}
