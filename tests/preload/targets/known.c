/* Allocates known sizes: known THREADS ROUNDS. Prints what each function must be seen to have done:
 * NAME alloc_objects alloc_bytes inuse_objects inuse_bytes. */
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline))

NOINLINE void *malloc_100_from_a(void) {
  return malloc(100);
}
NOINLINE void *malloc_1_from_b(void) {
  return malloc(1);
}
NOINLINE void *malloc_0(void) {
  return malloc(0);
}
NOINLINE void *calloc_7_of_13(void) {
  return calloc(7, 13);
}
NOINLINE void *memalign_4096_of_300(void) {
  return memalign(4096, 300);
}
NOINLINE void *aligned_64_of_640(void) {
  return aligned_alloc(64, 640);
}
NOINLINE void *posix_memalign_of_777(void) {
  void *p;
  return posix_memalign(&p, 32, 777) ? NULL : p;
}
NOINLINE void *valloc_of_5000(void) {
  return valloc(5000);
}
NOINLINE void *grow_to_1000(void *p) {
  return realloc(p, 1000);
}
NOINLINE void *shrink_to_50(void *p) {
  return realloc(p, 50);
}
NOINLINE void *array_of_9x90(void *p) {
  return reallocarray(p, 9, 90);
}
NOINLINE char *duplicate_of_22(void) {
  return strdup("twenty-one characters");
} /* allocated by libc itself */

/* With a stack pointer far below that of any call before. */
NOINLINE void *malloc_60_deep(int depth) {
  volatile char room[100];
  room[0] = 1;
  return depth ? malloc_60_deep(depth - room[0]) : malloc(60);
}

static int rounds;

/* Every third of these lives on; the chain of reallocs leaves one block of 810 bytes a round. */
static void one_round(int i) {
  void *(*const makers[])(void) = {malloc_100_from_a,     malloc_1_from_b,      malloc_0,
                                   calloc_7_of_13,        memalign_4096_of_300, aligned_64_of_640,
                                   posix_memalign_of_777, valloc_of_5000};
  for (size_t k = 0; k < sizeof(makers) / sizeof(makers[0]); k++) {
    void *p = makers[k]();
    if (i % 3)
      free(p);
  }
  void *grown = grow_to_1000(malloc_100_from_a());
  free(malloc_60_deep(10));
  array_of_9x90(shrink_to_50(grown));
  free(duplicate_of_22());
}

static void *work(void *unused) {
  for (int i = 0; i < rounds; i++)
    one_round(i);
  return unused;
}

static void expect(const char *name, long count, long kept, long size) {
  char line[128];
  int n = snprintf(line, sizeof(line), "%s %ld %ld %ld %ld\n", name, count, count * size, kept,
                   kept * size);
  if (write(1, line, (size_t)n) != n)
    _exit(9);
}

int main(int argc, char **argv) {
  int threads = argc > 1 ? atoi(argv[1]) : 1;
  rounds = argc > 2 ? atoi(argv[2]) : 30;
  pthread_t thread[64];
  for (int i = 1; i < threads; i++)
    pthread_create(&thread[i], NULL, work, NULL);
  work(NULL);
  for (int i = 1; i < threads; i++)
    pthread_join(thread[i], NULL);
  long n = (long)threads * rounds, kept = (long)threads * ((rounds + 2) / 3);
  expect("malloc_100_from_a", 2 * n, kept, 100);
  expect("malloc_1_from_b", n, kept, 1);
  expect("malloc_0", n, kept, 0);
  expect("calloc_7_of_13", n, kept, 91);
  expect("memalign_4096_of_300", n, kept, 300);
  expect("aligned_64_of_640", n, kept, 640);
  expect("posix_memalign_of_777", n, kept, 777);
  expect("valloc_of_5000", n, kept, 5000);
  expect("malloc_60_deep", n, 0, 60);
  expect("grow_to_1000", n, 0, 1000);
  expect("shrink_to_50", n, 0, 50);
  expect("array_of_9x90", n, n, 810);
  return 0;
}
