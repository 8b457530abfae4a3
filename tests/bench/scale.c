/* Large programs, for scripts/bench: scale heap GIB | scale threads N | scale busy N. Says
 * "ready BLOCKS", waits for the end of its standard input, and ends without freeing. */
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

/* Replaces one of n blocks of 16 bytes to 4 KiB every 50 us. */
static void *replace_blocks(void *count) {
  uint64_t state = 88172645463325252, n = *(uint64_t *)count;
  void **block = calloc(n, sizeof(*block));
  for (;;) {
    uint64_t r = random_step(&state);
    free(block[r % n]);
    block[r % n] = malloc(LEAST + (r >> 40) % 4080);
    usleep(50);
  }
  return NULL;
}

static uint64_t begin_replacing(uint64_t n) {
  static uint64_t count;
  pthread_t thread;
  count = n;
  if (pthread_create(&thread, NULL, replace_blocks, &count) != 0)
    abort();
  return n;
}

int main(int argc, char **argv) {
  if (argc != 3)
    return 2;
  uint64_t n = strtoull(argv[2], NULL, 10);
  uint64_t blocks = !strcmp(argv[1], "heap")   ? fill_heap(n << 30)
                    : !strcmp(argv[1], "busy") ? begin_replacing(n)
                                               : start_threads(n);
  printf("ready %llu\n", (unsigned long long)blocks);
  fflush(stdout);
  while (getchar() != EOF)
    ;
  _exit(0);
}
