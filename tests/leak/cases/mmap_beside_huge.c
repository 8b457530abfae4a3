// A pool next to a block with a mapping of its own: the kernel joins the two.
// expect: reachable=2097216/2
#include "case.h"
#include <sys/mman.h>
char *pools[8], *huge;
int main(void) {
  for (int i = 0; i < 4; i++)
    pools[i] = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  huge = malloc(2 << 20);
  for (int i = 4; i < 8; i++)
    pools[i] = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  *(void **)(pools[4] + 4000) = get(64);
  return 0;
}
