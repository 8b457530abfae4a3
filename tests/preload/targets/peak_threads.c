/* peak_threads N: N threads that stay idle, then one that holds 100,000,000 bytes for a moment, after a
 * block of 50,000,000 was freed. The peak is the late thread's block, whatever the number of threads. */
#include <pthread.h>
#include <stdlib.h>

static pthread_barrier_t begun, end;

__attribute__((noinline)) static void *block_of_10(void) {
  return malloc(10);
}

__attribute__((noinline)) static void *early_50_million(void) {
  return malloc(50000000);
}

__attribute__((noinline)) static void *late_100_million(void) {
  return malloc(100000000);
}

static void *idle(void *context) {
  free(block_of_10()); /* gives the thread its counters */
  pthread_barrier_wait(&begun);
  pthread_barrier_wait(&end);
  return context;
}

static void *late(void *context) {
  free(late_100_million());
  free(block_of_10());
  return context;
}

int main(int argc, char **argv) {
  enum { MOST = 1000 };
  pthread_t thread[MOST], last;
  int n = argc > 1 ? atoi(argv[1]) : 0;
  if (n < 1 || n > MOST)
    return 2;
  pthread_barrier_init(&begun, NULL, (unsigned)n + 1);
  pthread_barrier_init(&end, NULL, (unsigned)n + 1);
  free(early_50_million());
  for (int i = 0; i < n; i++)
    if (pthread_create(&thread[i], NULL, idle, NULL))
      return 3;
  pthread_barrier_wait(&begun);
  if (pthread_create(&last, NULL, late, NULL))
    return 3;
  pthread_join(last, NULL);
  pthread_barrier_wait(&end);
  for (int i = 0; i < n; i++)
    pthread_join(thread[i], NULL);
  return 0;
}
