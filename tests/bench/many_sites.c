/* many_sites SITES BLOCKS: allocates BLOCKS blocks at each of SITES stacks of 20 frames, no two the
 * same, and keeps them. */
#include <stdio.h>
#include <stdlib.h>

enum { DEPTH = 20 };
void **kept; /* not static: the compiler must keep them */
static size_t n;

static __attribute__((noinline)) void zero(unsigned path, int depth, int blocks);
static __attribute__((noinline)) void one(unsigned path, int depth, int blocks);

/* The bits of the path say through which of two functions it goes; the barriers keep calls from
 * becoming jumps. */
static inline __attribute__((always_inline)) void step(unsigned path, int depth, int blocks) {
  if (!depth)
    for (int i = 0; i < blocks; i++)
      kept[n++] = malloc(16);
  else if (path & 1)
    one(path >> 1, depth - 1, blocks);
  else
    zero(path >> 1, depth - 1, blocks);
  __asm__ volatile("" ::: "memory");
}

static void zero(unsigned path, int depth, int blocks) {
  step(path, depth, blocks);
  __asm__ volatile("" ::: "memory");
}

static void one(unsigned path, int depth, int blocks) {
  step(path, depth, blocks);
  __asm__ volatile("" ::: "memory");
}

int main(int argc, char **argv) {
  unsigned sites = argc == 3 ? (unsigned)atoi(argv[1]) : 0;
  int blocks = argc == 3 ? atoi(argv[2]) : 0;
  if (!sites || sites > 1u << DEPTH || blocks < 1)
    return 2;
  kept = malloc(sizeof(*kept) * sites * (size_t)blocks);
  for (unsigned i = 0; kept && i < sites; i++)
    zero(i, DEPTH, blocks);
  printf("%zu\n", n);
  return 0;
}
