/* Large programs, for scripts/bench: scale heap GIB | scale threads N. Says "ready BLOCKS", waits for
 * the end of its standard input, and ends without freeing. */
#include "micro.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LEAST = 16, HALVINGS = 12, STACK = 64 << 10 };

/* Live blocks of 16 bytes to 64 KiB, each size half as often as the one before and of the same
 * weight in the sum. Each holds the address of the one before: a leak check follows them all. */
static uint64_t fill_heap(uint64_t bytes) {
  static void *last;
  uint64_t state = 88172645463325252, n = 0;
  for (uint64_t done = 0; done < bytes; n++) {
    uint64_t r = random_step(&state);
    size_t size = (size_t)LEAST << __builtin_ctzll(r | 1 << HALVINGS);
    size += r >> 40 & (size - 1);
    void **block = malloc(size);
    if (!block)
      abort();
    *block = last;
    last = block;
    done += size;
  }
  return n;
}

static pthread_barrier_t all_there;

static void *hold_blocks(void *unused) {
  (void)unused;
  char *volatile block[4];
  for (int i = 0; i < 4; i++)
    block[i] = malloc(100 * (i + 1));
  pthread_barrier_wait(&all_there);
  pthread_barrier_wait(&all_there); /* until the process ends */
  return block[0];
}

static uint64_t start_threads(uint64_t n) {
  pthread_attr_t attributes;
  pthread_barrier_init(&all_there, NULL, (unsigned)n + 1);
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, STACK);
  for (uint64_t i = 0; i < n; i++) {
    pthread_t thread;
    if (pthread_create(&thread, &attributes, hold_blocks, NULL) != 0)
      abort();
  }
  pthread_barrier_wait(&all_there);
  return 4 * n;
}

int main(int argc, char **argv) {
  if (argc != 3)
    return 2;
  uint64_t n = strtoull(argv[2], NULL, 10);
  uint64_t blocks = strcmp(argv[1], "heap") ? start_threads(n) : fill_heap(n << 30);
  printf("ready %llu\n", (unsigned long long)blocks);
  fflush(stdout);
  while (getchar() != EOF)
    ;
  _exit(0);
}
