/* fill DEPTH N: N live blocks from very many different stacks, so that the recording must grow;
 * then works on. Prints what it did. */
#include <stdio.h>
#include <stdlib.h>

static long made;

__attribute__((noinline)) static void deep(unsigned path, int depth, void **keep) {
  if (!depth) {
    *keep = malloc(40);
    made += *keep != NULL;
    return;
  }
  if (path & 1)
    deep(path >> 1, depth - 1, keep);
  else
    deep(path >> 1, depth - 1, keep);
}

int main(int argc, char **argv) {
  int depth = argc > 1 ? atoi(argv[1]) : 20;
  long n = argc > 2 ? atol(argv[2]) : 20000;
  void **keep = calloc((size_t)n, sizeof(*keep));
  for (long i = 0; i < n; i++)
    deep((unsigned)i, depth, &keep[i]);
  for (long i = 0; i < n; i += 2)
    free(keep[i]);
  printf("%ld\n", made);
  return 5;
}
