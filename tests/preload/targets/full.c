/* full N SIZE [lose|wait]: N blocks of SIZE bytes from as many stacks, so that a small file system
 * cannot hold the recording; lost one by one, or kept. Prints how many it got, and with `wait` goes
 * on until its input ends. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *kept;

__attribute__((noinline)) static void *full_leaf(size_t size) {
  return malloc(size);
}

/* One stack for each path: the two calls return to different places. */
__attribute__((noinline)) static void *full_path(unsigned path, int depth, size_t size) {
  if (!depth)
    return full_leaf(size);
  void *p;
  if (path & 1)
    p = full_path(path >> 1, depth - 1, size);
  else
    p = full_path(path >> 1, depth - 1, size);
  return p;
}

int main(int argc, char **argv) {
  unsigned n = (unsigned)atoi(argv[1]), made = 0;
  size_t size = (size_t)atol(argv[2]);
  int lose = argc > 3 && !strcmp(argv[3], "lose");
  for (unsigned i = 0; i < n; i++) {
    void **p = full_path(i, 17, size);
    made += p != NULL;
    *p = lose ? NULL : kept;
    if (!lose)
      kept = p;
  }
  char line[32]; /* no buffer of stdio's: nothing else is allocated */
  dprintf(1, "%s", (snprintf(line, sizeof(line), "%u\n", made), line));
  char c;
  while (argc > 3 && !strcmp(argv[3], "wait") && read(0, &c, 1) > 0)
    ;
  return 0;
}
