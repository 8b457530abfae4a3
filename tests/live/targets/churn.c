/* A program to look into: churn THREADS. Each thread holds up to 200 blocks of 16 B to 4 KiB, frees
 * and replaces them at random, and hands every tenth over to another thread to free; one of them
 * starts threads that soon end instead. It says "ready" when all run, and ends when its standard
 * input does. */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { HELD = 200, HANDED = 64, THREADS_MOST = 64 };

static void *handed[HANDED];
static int running;
static volatile int done;

static uint32_t draw(uint64_t *state) {
  *state = *state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(*state >> 33);
}

__attribute__((noinline)) static void *churn_small(uint64_t *state) {
  return malloc(16 + draw(state) % 240);
}
__attribute__((noinline)) static void *churn_large(uint64_t *state) {
  return malloc(256 + draw(state) % 3840);
}
__attribute__((noinline)) static void *churn_grow(void *p, uint64_t *state) {
  return realloc(p, 512 + draw(state) % 512);
}

/* One of 2^n stacks: while the program runs there are always sites that are new. */
__attribute__((noinline)) static void *churn_left(uint64_t *state, int n);
__attribute__((noinline)) static void *churn_right(uint64_t *state, int n) {
  return n == 0            ? malloc(40)
         : draw(state) % 2 ? churn_left(state, n - 1)
                           : churn_right(state, n - 1);
}
__attribute__((noinline)) static void *churn_left(uint64_t *state, int n) {
  return n == 0            ? malloc(50)
         : draw(state) % 2 ? churn_left(state, n - 1)
                           : churn_right(state, n - 1);
}

static void hand_over(void *p, uint64_t *state) {
  free(__atomic_exchange_n(&handed[draw(state) % HANDED], p, __ATOMIC_ACQ_REL));
}

static void step(void **held, uint64_t *state) {
  void **slot = &held[draw(state) % HELD];
  if (draw(state) % 10 == 0)
    hand_over(*slot, state);
  else
    free(*slot);
  *slot = draw(state) % 4 ? churn_small(state) : churn_large(state);
  if (draw(state) % 20000 == 0)
    hand_over(churn_left(state, 24), state);
  if (draw(state) % 16 == 0)
    *slot = churn_grow(*slot, state);
}

static void *churn(void *number) {
  uint64_t state = (uintptr_t)number;
  void *held[HELD] = {0};
  prctl(PR_SET_NAME, "churner");
  __atomic_add_fetch(&running, 1, __ATOMIC_RELAXED);
  while (!done)
    step(held, &state);
  for (int i = 0; i < HELD; i++)
    free(held[i]);
  return NULL;
}

/* Short-lived threads, so that slots of the recording change hands. */
static void *come_and_go(void *number) {
  uint64_t state = (uintptr_t)number;
  for (int i = 0; i < 200; i++)
    free(churn_small(&state));
  return NULL;
}

static void *spawn(void *number) {
  __atomic_add_fetch(&running, 1, __ATOMIC_RELAXED);
  while (!done) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, come_and_go, number) == 0)
      pthread_join(thread, NULL);
    usleep(5000);
  }
  return NULL;
}

int main(int argc, char **argv) {
  int n = argc > 1 ? atoi(argv[1]) : 4;
  pthread_t threads[THREADS_MOST];
  char c;
  n = n < 1 ? 1 : n < THREADS_MOST ? n : THREADS_MOST;
  for (int i = 0; i < n; i++)
    pthread_create(&threads[i], NULL, i ? churn : spawn, (void *)(uintptr_t)(i + 1));
  while (__atomic_load_n(&running, __ATOMIC_RELAXED) < n)
    usleep(1000);
  puts("ready");
  fflush(stdout);
  while (read(0, &c, 1) > 0)
    ;
  done = 1;
  for (int i = 0; i < n; i++)
    pthread_join(threads[i], NULL);
  return 0;
}
