/* Threads that hand each other blocks of many sites, and signal handlers in all of them that do so,
 * too, at any moment: also while the thread allocates or frees. Over an allocator that allows it
 * (bump.c) the program ends after a second. */
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

enum { THREADS = 6, CELLS = 512 };
static void *cell[CELLS];
static int stop;

static void hand_on(void *p, uint64_t where) {
  free(__atomic_exchange_n(&cell[where % CELLS], p, __ATOMIC_ACQ_REL));
}

static void on_signal(int signal) {
  void *p = malloc(33);
  (void)signal;
  hand_on(p, (uintptr_t)p >> 5);
}

static void *allocate_below(unsigned frames, size_t size) {
  void *p = frames ? allocate_below(frames - 1, size) : malloc(size);
  __asm__ volatile("" : : "r"(p)); /* no tail call: each depth is a stack of its own */
  return p;
}

static void *work(void *seed) {
  uint64_t x = (uintptr_t)seed * 0x9e3779b97f4a7c15ull;
  while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    hand_on(allocate_below((unsigned)(x % 40), 16 + (x >> 8) % 230), x >> 20);
  }
  return NULL;
}

static int64_t now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int main(void) {
  pthread_t thread[THREADS];
  struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
  sigaction(SIGUSR1, &action, NULL);
  for (uintptr_t i = 0; i < THREADS; i++)
    pthread_create(&thread[i], NULL, work, (void *)(i + 1));
  for (int64_t end = now_ms() + 1000; now_ms() < end;)
    for (int i = 0; i < THREADS; i++)
      pthread_kill(thread[i], SIGUSR1);
  __atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
  for (int i = 0; i < THREADS; i++)
    pthread_join(thread[i], NULL);
  return 0;
}
