/* A program that holds what its test knows of. It prints "ready" when it does, then obeys letters
 * on its standard input, answering each with a line: `a` allocates 50 blocks of 3000 bytes that
 * stay; `m` a block of 4 MiB, `l` frees the last of those, `r` all; `t` begins a
 * thread that allocates 1000 bytes, `u` ends it; `f` forks a child that never allocates and prints
 * its pid; `x` exits. */
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline))

static void *kept[2000];
static int n_kept;
static char *big;
static void *blocks[64];
static int n_blocks;

/* 1000 blocks of 100 bytes, every fourth freed: 750 live. */
NOINLINE static void hold_100(void) {
  for (int i = 0; i < 1000; i++) {
    void *p = malloc(100);
    if (i % 4 == 3)
      free(p);
    else
      kept[n_kept++] = p;
  }
}

/* A peak: 2000000 bytes come and go. */
NOINLINE static void come_and_go_2000000(void) {
  char *p = malloc(2000000);
  memset(p, 1, 2000000);
  free(p);
}

/* 16 MiB, three quarters of them touched. */
NOINLINE static void hold_16_mib(void) {
  big = malloc(16 << 20);
  memset(big, 1, 12 << 20);
}

NOINLINE static void later_50_of_3000(void) {
  for (int i = 0; i < 50; i++)
    kept[n_kept++] = malloc(3000);
}

/* Uses 1 MiB of its stack, allocates 40 blocks of 5 bytes, and waits for ever. */
NOINLINE static void use_stack(void) {
  volatile char stack[1 << 20];
  for (size_t i = 0; i < sizeof(stack); i += 4096)
    stack[i] = 1;
}
static void *helper(void *barrier) {
  prctl(PR_SET_NAME, "helper\033[31m");
  for (int i = 0; i < 40; i++)
    kept[1900 + i] = malloc(5);
  use_stack();
  pthread_barrier_wait(barrier);
  for (;;)
    pause();
  return NULL;
}

NOINLINE static void more_4_mib(void) {
  blocks[n_blocks++] = memset(malloc(4 << 20), 1, 4 << 20);
}
static void release(void) {
  while (n_blocks)
    free(blocks[--n_blocks]);
}

static pthread_t worker;
static sem_t allocated, go;
static void *work(void *unused) {
  prctl(PR_SET_NAME, "worker");
  kept[1999] = malloc(1000);
  sem_post(&allocated);
  sem_wait(&go);
  return unused;
}
static void begin_worker(void) {
  pthread_create(&worker, NULL, work, NULL);
  sem_wait(&allocated);
}
static void end_worker(void) {
  sem_post(&go);
  pthread_join(worker, NULL);
}

static void answer(const char *line) {
  ssize_t n = write(1, line, strlen(line));
  (void)n;
}

static void fork_quietly(void) {
  char line[32];
  pid_t pid = fork();
  if (pid == 0)
    for (;;)
      pause();
  snprintf(line, sizeof(line), "%d\n", pid);
  answer(line);
}

/* Until something ends it. */
static void grow(void) {
  for (;;) {
    more_4_mib();
    n_blocks = 0;
    usleep(50000);
  }
}

int main(int argc, char **argv) {
  pthread_barrier_t barrier;
  pthread_t thread;
  char c;
  pthread_barrier_init(&barrier, NULL, 2);
  hold_100();
  come_and_go_2000000();
  hold_16_mib();
  pthread_create(&thread, NULL, helper, &barrier);
  pthread_barrier_wait(&barrier);
  answer("ready\n");
  if (argc > 1 && !strcmp(argv[1], "grow"))
    grow();
  while (read(0, &c, 1) == 1 && c != 'x') {
    if (c == 'f')
      fork_quietly();
    if (c == 'a')
      later_50_of_3000();
    if (c == 'm')
      more_4_mib();
    if (c == 'r')
      release();
    if (c == 'l')
      free(blocks[--n_blocks]);
    if (c == 't')
      begin_worker();
    if (c == 'u')
      end_worker();
    if (strchr("amlrtu", c))
      answer("done\n");
  }
  return 0;
}
