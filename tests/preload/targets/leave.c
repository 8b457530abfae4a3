/* Code that leaves the allocator in the middle: over an allocator that allows it (bump.c).
 *
 * leave cancel    threads that are cancelled asynchronously while they allocate, from ever new places;
 *                 others allocate all the time and must get on
 * leave jump      a handler leaves by siglongjmp while the thread allocates, 500 times; then
 *                 `after_jumps` allocates 1000 blocks and frees half of them
 * leave fork      the same in a program with so many live blocks that a fork does not wait for their
 *                 copy, between forks whose children live a little
 * leave stay      the same with handlers that return and allocate themselves
 * leave give      the same with handlers that return and free a block each, of those that
 *                 `before_gifts` has allocated, each from a stack of its own
 */
#include "ever_new.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

enum { VICTIMS = 500, STEADY = 2, JUMPS = 500, BLOCKS = 1000, LIVE = 40000 };

static int stop;
static void *volatile kept[BLOCKS];

static void allocate_anew(uint64_t *x) {
  *x = *x * 6364136223846793005u + 1442695040888963407u;
  free(left(*x >> 40, 20, 16 + (*x >> 33) % 200));
}

static void *victim(void *seed) {
  uint64_t x = (uintptr_t)seed;
  pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
  while (x)
    allocate_anew(&x);
  return NULL;
}

static void *steady(void *seed) {
  uint64_t x = (uintptr_t)seed;
  while (!__atomic_load_n(&stop, __ATOMIC_RELAXED))
    allocate_anew(&x);
  return NULL;
}

static void cancel_all(void) {
  pthread_t others[STEADY], thread;
  for (uintptr_t i = 0; i < STEADY; i++)
    pthread_create(&others[i], NULL, steady, (void *)(i + 1));
  for (uintptr_t i = 0; i < VICTIMS; i++) {
    pthread_create(&thread, NULL, victim, (void *)(i + 100));
    usleep((useconds_t)(i * 37 % 400));
    pthread_cancel(thread);
    pthread_join(thread, NULL);
  }
  __atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
  for (int i = 0; i < STEADY; i++)
    pthread_join(others[i], NULL);
}

static sigjmp_buf back;
static volatile int may_jump, jumps;
static void *volatile gifts[JUMPS];

static void on_jump(int signal) {
  (void)signal;
  if (may_jump) {
    may_jump = 0;
    jumps++;
    siglongjmp(back, 1);
  }
}

static void on_stay(int signal) {
  (void)signal;
  jumps++;
  free(malloc(77));
}

static void on_give(int signal) {
  (void)signal;
  if (jumps < JUMPS)
    free(gifts[jumps++]);
}

__attribute__((noinline)) void before_gifts(void) {
  for (int i = 0; i < JUMPS; i++)
    gifts[i] = left((uint64_t)i, 9, 32);
}

__attribute__((noinline)) void after_jumps(void) {
  for (int i = 0; i < BLOCKS; i++)
    kept[i] = malloc(48);
  for (int i = 0; i < BLOCKS; i += 2)
    free(kept[i]);
}

static volatile int forks;

/* The handler does not leave fork. Children allocate nothing: the parent copies for them. */
static void fork_child(void) {
  sigset_t all, before;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before);
  if (fork() == 0) {
    usleep(3000);
    _exit(0);
  }
  sigprocmask(SIG_SETMASK, &before, NULL);
}

static void become_large(void) {
  for (int i = 0; i < LIVE; i++)
    left((uint64_t)i, 3, 48);
  signal(SIGCHLD, SIG_IGN);
  forks = 1;
}

static void jump(void (*handler)(int)) {
  static uint64_t x = 1;
  struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
  struct itimerval often = {{0, 53}, {0, 53}}, never = {{0, 0}, {0, 0}};
  sigaction(SIGALRM, &action, NULL);
  setitimer(ITIMER_REAL, &often, NULL);
  while (jumps < JUMPS) {
    if (sigsetjmp(back, 1) && jumps >= JUMPS)
      break;
    if (forks)
      fork_child();
    may_jump = 1;
    for (int i = 0; i < 1000; i++)
      free(malloc(64));
    for (int i = 0; i < 100; i++)
      allocate_anew(&x);
  }
  may_jump = 0;
  setitimer(ITIMER_REAL, &never, NULL);
  free(malloc(8));
  after_jumps();
}

int main(int argc, char **argv) {
  if (argc > 1 && !strcmp(argv[1], "cancel"))
    cancel_all();
  else if (argc > 1 && !strcmp(argv[1], "give")) {
    before_gifts();
    jump(on_give);
  } else {
    if (argc > 1 && !strcmp(argv[1], "fork"))
      become_large();
    jump(argc > 1 && !strcmp(argv[1], "stay") ? on_stay : on_jump);
  }
  puts("done");
  return 0;
}
