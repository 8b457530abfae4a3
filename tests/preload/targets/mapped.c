/* Maps and touches 300 MiB past malloc, and allocates 1 MiB by it. mapped [kill]: ends by SIGKILL.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { MAPPED = 300 << 20, ALLOCATED = 1 << 20 };

static char *volatile kept;

int main(int argc, char **argv) {
  (void)argv;
  char *p = mmap(NULL, MAPPED, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (p == MAP_FAILED)
    return 1;
  memset(p, 1, MAPPED);
  kept = malloc(ALLOCATED);
  if (argc > 1)
    raise(SIGKILL);
  return 0;
}
