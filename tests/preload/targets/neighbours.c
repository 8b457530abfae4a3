/* Blocks as small as allocators other than glibc's put several of into 32 bytes, of two threads.
 * Prints what each function must be seen to have done: NAME alloc_objects alloc_bytes inuse_objects
 * inuse_bytes. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define NOINLINE __attribute__((noinline))
enum { N = 3000 };

NOINLINE void *allocate_8(void) {
  return malloc(8);
}
NOINLINE void *allocate_16(void) {
  return malloc(16);
}
NOINLINE void *allocate_24(void) {
  return malloc(24);
}
NOINLINE void *allocate_40(void) {
  return malloc(40);
}

static void *(*const makers[])(void) = {allocate_8, allocate_16, allocate_24, allocate_40};
static void *kept[2][4][N];

/* One in three lives on. */
static void *work(void *which) {
  void *(*mine)[N] = kept[which != NULL];
  for (int k = 0; k < 4; k++)
    for (int i = 0; i < N; i++)
      mine[k][i] = makers[k]();
  for (int k = 0; k < 4; k++)
    for (int i = 0; i < N; i++)
      if (i % 3)
        free(mine[k][i]);
  return NULL;
}

int main(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, work, kept);
  work(NULL);
  pthread_join(thread, NULL);
  for (int size = 8; size <= 40; size += size == 24 ? 16 : 8)
    printf("allocate_%d %d %d %d %d\n", size, 2 * N, 2 * N * size, 2 * N / 3, 2 * N / 3 * size);
  return 0;
}
