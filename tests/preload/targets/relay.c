/* relay PAIRS [MODE...]: pairs of threads; one allocates, the other frees, with a queue of 1024 blocks between them. Says "ready", goes
 * on until its input ends, frees what is left, and prints the blocks and bytes that relay_alloc gave out. With $TRUTH each pair keeps
 * its account in that file, which a test can read at any moment: what was begun and what was finished, of allocations and frees.
 *
 * idle   1000 blocks, then 2 ms of sleep
 * forks  once a second a child that allocates 200 blocks of 1000 bytes and ends with status 7, which is checked
 * prof   a CPU profiler: SIGPROF 1000 times a second of CPU time, with backtrace() in its handler; prints the number of its signals */
#include <execinfo.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_PAIRS = 16, CELLS = 1024 };
/* Each counter has one writer. Tests read them as 8 words. */
struct account {
  uint64_t begun, allocated, bytes, frees_begun, freed, pad[3];
};
struct pair {
  struct account *account;
  void *cell[CELLS];
  pthread_t producer, consumer;
};
static struct pair pairs[MAX_PAIRS];
static bool stop, idle;
static unsigned long signals;

static void add_to(uint64_t *counter, uint64_t n) {
  __atomic_store_n(counter, *counter + n, __ATOMIC_RELEASE);
}

__attribute__((noinline)) static void *relay_alloc(size_t size) {
  return malloc(size);
}

static void *produce(void *argument) {
  struct pair *pair = argument;
  struct account *a = pair->account;
  uint64_t random = 1;
  while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE)) {
    random = random * 6364136223846793005u + 1442695040888963407u;
    size_t size = 16 + (random >> 40) % 2000;
    if (a->begun - __atomic_load_n(&a->freed, __ATOMIC_ACQUIRE) >= CELLS) {
      sched_yield();
      continue;
    }
    add_to(&a->begun, 1);
    pair->cell[(a->begun - 1) % CELLS] = relay_alloc(size);
    add_to(&a->bytes, size);
    add_to(&a->allocated, 1);
    if (idle && a->begun % 1000 == 0)
      nanosleep(&(struct timespec){0, 2000000}, NULL);
  }
  return NULL;
}

static void *consume(void *argument) {
  struct pair *pair = argument;
  struct account *a = pair->account;
  for (;;) {
    /* `stop` before the count: a producer that has stopped allocates no more. */
    bool last =
        __atomic_load_n(&stop, __ATOMIC_ACQUIRE) && pthread_tryjoin_np(pair->producer, NULL) == 0;
    while (a->freed < __atomic_load_n(&a->allocated, __ATOMIC_ACQUIRE)) {
      add_to(&a->frees_begun, 1);
      free(pair->cell[a->freed % CELLS]);
      add_to(&a->freed, 1);
    }
    if (last)
      return NULL;
    sched_yield();
  }
}

static void on_profile(int signal) {
  void *frame[64];
  (void)signal;
  backtrace(frame, 64);
  __atomic_add_fetch(&signals, 1, __ATOMIC_RELAXED);
}

static void profile(void) {
  backtrace((void *[1]){0}, 1); /* loads libgcc, as CPU profilers do before their first signal */
  struct sigaction action = {.sa_handler = on_profile, .sa_flags = SA_RESTART};
  sigaction(SIGPROF, &action, NULL);
  setitimer(ITIMER_PROF, &(struct itimerval){{0, 1000}, {0, 1000}}, NULL);
}

static void fork_once(void) {
  int status;
  pid_t child = fork();
  if (child == 0) {
    for (int i = 0; i < 200; i++)
      *(char *volatile *)malloc(1000) = "";
    _exit(7);
  }
  if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status) ||
      WEXITSTATUS(status) != 7)
    abort();
}

static struct account *accounts(void) {
  const char *path = getenv("TRUTH");
  size_t size = MAX_PAIRS * sizeof(struct account);
  int fd = path ? open(path, O_RDWR | O_CREAT | O_TRUNC, 0600) : -1;
  if (path && (fd < 0 || ftruncate(fd, (off_t)size) < 0))
    exit(9);
  void *p =
      mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | (path ? 0 : MAP_ANONYMOUS), fd, 0);
  if (p == MAP_FAILED)
    exit(9);
  return p;
}

int main(int argc, char **argv) {
  int n = argc > 1 ? atoi(argv[1]) : 1;
  bool forks = false, prof = false;
  for (int i = 2; i < argc; i++) {
    idle |= !strcmp(argv[i], "idle");
    forks |= !strcmp(argv[i], "forks");
    prof |= !strcmp(argv[i], "prof");
  }
  struct account *account = accounts();
  if (prof)
    profile();
  for (int i = 0; i < n; i++) {
    pairs[i].account = &account[i];
    pthread_create(&pairs[i].producer, NULL, produce, &pairs[i]);
    pthread_create(&pairs[i].consumer, NULL, consume, &pairs[i]);
  }
  puts("ready");
  fflush(stdout);
  /* EINTR of a signal is a round, too. */
  for (struct pollfd in = {.fd = 0, .events = POLLIN}; poll(&in, 1, 1000) <= 0;)
    if (forks)
      fork_once();
  __atomic_store_n(&stop, true, __ATOMIC_RELEASE);
  uint64_t blocks = 0, bytes = 0;
  for (int i = 0; i < n; i++) {
    pthread_join(pairs[i].consumer, NULL);
    blocks += account[i].freed;
    bytes += account[i].bytes;
  }
  printf("%llu %llu %lu\n", (unsigned long long)blocks, (unsigned long long)bytes, signals);
  return 5;
}
