/* Needs glibc's libc_malloc_debug.so.0: `checking trace` has its calls traced, `checking` alone
 * writes behind a block and frees it, which MALLOC_CHECK_ notices. */
#include <mcheck.h>
#include <stdlib.h>

static char *volatile p;

int main(int argc, char **argv) {
  (void)argv;
  if (argc > 1)
    mtrace();
  p = malloc(40);
  if (argc == 1)
    p[40] = 'x';
  free(p);
  return 0;
}
