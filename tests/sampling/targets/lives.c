/* Programs whose live memory is hard to estimate: lives PROGRAM [halves], one of `programs` below.
 *
 * Each allocates at sites that are functions of their own names, and counts what it allocates, what
 * lives and what lived at the moment at which most did. It prints at its end, for each site:
 * NAME ALLOCATED LIVE AT_PEAK, in bytes. With `halves` it runs the program, prints that and a line
 * "half", waits for a line of input, and goes on as if it ran the program again. */
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LEAKED, CHURNED, TABLE, LARGE, GROWN, N_SITES };
static const char *const names[N_SITES] = {"leaked", "churned", "table", "large", "grown"};

/* With threads, each has its own account; they are added up at the end, without a peak. */
struct account {
  uint64_t allocated[N_SITES], live[N_SITES], at_peak[N_SITES];
  uint64_t sum, peak;
};
static __thread struct account account;
static struct account all;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void count_block(int site, size_t size) {
  account.allocated[site] += size;
  account.live[site] += size;
  account.sum += size;
  if (account.sum <= account.peak)
    return;
  account.peak = account.sum;
  memcpy(account.at_peak, account.live, sizeof(account.live));
}

static void give(int site, void *p, size_t size) {
  if (p) {
    account.live[site] -= size;
    account.sum -= size;
  }
  free(p);
}

#define SITE(name, site)                                                                           \
  __attribute__((noinline)) static void *name(size_t size) {                                       \
    void *p = malloc(size);                                                                        \
    count_block(site, size);                                                                       \
    return p;                                                                                      \
  }
SITE(leaked, LEAKED)
SITE(churned, CHURNED)
SITE(table, TABLE)
SITE(large, LARGE)
SITE(grown, GROWN)

static void *volatile sink;
static __thread uint64_t state = 88172645463325252u;

static uint64_t random_next(void) { /* xorshift64 */
  state ^= state << 13;
  state ^= state >> 7;
  return state ^= state << 17;
}

static void churn(size_t total, size_t size) {
  for (size_t done = 0; done < total; done += size)
    give(CHURNED, sink = churned(size), size);
}

static void leak(size_t total, size_t size) {
  for (size_t done = 0; done < total; done += size)
    sink = leaked(size);
}

static void pause_ms(int ms) {
  nanosleep(&(struct timespec){0, ms * 1000000L}, NULL);
}

/* 256 KB are lost, a KiB at a time, beside 400 MB of temporaries. */
static void leak_beside_churn(void) {
  for (int i = 0; i < 256; i++) {
    leak(1000, 1000);
    churn(1600000, 400);
  }
}
static void leak_first(void) {
  leak(2000000, 200);
  churn(300000000, 500);
}
static void leak_last(void) {
  churn(300000000, 500);
  leak(2000000, 200);
}
static void bursts(void) {
  for (int i = 0; i < 6; i++) {
    churn(30000000, 64);
    leak(100000, 100);
    pause_ms(20);
  }
}
static void few_large(void) {
  for (int i = 0; i < 40; i++) {
    void *p = large(300000);
    churn(5000000, 128);
    if (i % 2)
      give(LARGE, p, 300000);
  }
}
/* Sizes from 16 bytes to 64 KiB, the smaller the more. A sixteenth stays. */
static void many_sizes(void) {
  for (int i = 0; i < 400000; i++) {
    size_t size = 16u << __builtin_ctzll(random_next() | 1 << 12);
    void *p = grown(size);
    if (i % 16)
      give(GROWN, p, size);
  }
}
static void short_run(void) {
  leak(100000, 100);
  churn(5000000, 250);
}
/* A table of 20,000 blocks, replaced at random. */
static void working_set(void) {
  static void *blocks[20000];
  static size_t sizes[20000];
  for (int i = 0; i < 600000; i++) {
    size_t at = random_next() % 20000;
    give(TABLE, blocks[at], sizes[at]);
    sizes[at] = 20 + random_next() % 1000;
    blocks[at] = table(sizes[at]);
  }
}
static void steady_growth(void) {
  for (int i = 0; i < 2000; i++) {
    sink = grown(5000);
    churn(200000, 300);
  }
}
/* Most of it is freed again long before the end. */
static void peak_in_the_middle(void) {
  static void *blocks[40000];
  for (int i = 0; i < 40000; i++) {
    blocks[i] = table(500);
    churn(2000, 100);
  }
  for (int i = 0; i < 36000; i++)
    give(TABLE, blocks[i], 500);
  churn(100000000, 100);
}
/* A table of 4000 blocks; run again, each of them goes and half as many come. A working set is
 * replaced all the time. */
static void turnover(void) {
  static void *old[4000], *now[3000];
  static int turn;
  for (int i = 0; i < 40000; i++) {
    int at = (int)(random_next() % 3000);
    give(GROWN, now[at], 400);
    now[at] = grown(400);
    churn(2000, 100);
    if (i % 10)
      continue;
    at = turn % 4000;
    give(TABLE, old[at], 700);
    old[at] = turn < 4000 || turn % 2 ? table(700) : NULL;
    turn++;
  }
}
/* A minute of a server's life that mostly waits. */
static void minute(void) {
  for (int i = 0; i < 600; i++) {
    churn(400000, 400);
    leak(2000, 200);
    if (i % 3 == 0)
      sink = grown(3000);
    pause_ms(100);
  }
}
static void waiting_server(void) {
  for (int i = 0; i < 12; i++) {
    churn(4000000, 400);
    leak(20000, 200);
    pause_ms(40);
  }
}

static void add_account(void) {
  pthread_mutex_lock(&lock);
  for (int i = 0; i < N_SITES; i++) {
    all.allocated[i] += account.allocated[i];
    all.live[i] += account.live[i];
    all.at_peak[i] += account.at_peak[i];
  }
  pthread_mutex_unlock(&lock);
}
static void *leak_in_thread(void *number) {
  state += (uint64_t)(uintptr_t)number;
  for (int i = 0; i < 100; i++) {
    leak(2000, 100);
    churn(800000, 200);
  }
  add_account();
  return NULL;
}
static void threads(void) {
  pthread_t all_of_them[4];
  for (uintptr_t i = 0; i < 4; i++)
    pthread_create(&all_of_them[i], NULL, leak_in_thread, (void *)i);
  for (int i = 0; i < 4; i++)
    pthread_join(all_of_them[i], NULL);
}

static const struct {
  const char *name;
  void (*run)(void);
} programs[] = {{"leak_beside_churn", leak_beside_churn},
                {"leak_first", leak_first},
                {"leak_last", leak_last},
                {"bursts", bursts},
                {"few_large", few_large},
                {"many_sizes", many_sizes},
                {"short_run", short_run},
                {"working_set", working_set},
                {"steady_growth", steady_growth},
                {"peak_in_the_middle", peak_in_the_middle},
                {"waiting_server", waiting_server},
                {"turnover", turnover},
                {"minute", minute},
                {"threads", threads}};

static void print_all(void) {
  add_account();
  for (int k = 0; k < N_SITES; k++)
    printf("%s %lu %lu %lu\n", names[k], all.allocated[k], all.live[k], all.at_peak[k]);
}

/* The account of the first half is printed and stays in the second's. */
static void wait_at_half(void) {
  print_all();
  memset(&all, 0, sizeof(all));
  puts("half");
  fflush(stdout);
  (void)getchar();
}

int main(int argc, char **argv) {
  bool halves = argc == 3 && !strcmp(argv[2], "halves");
  for (size_t i = 0; argc == 2 + halves && i < sizeof(programs) / sizeof(*programs); i++)
    if (!strcmp(argv[1], programs[i].name)) {
      programs[i].run();
      if (halves) {
        wait_at_half();
        programs[i].run();
      }
      print_all();
      return 0;
    }
  fputs("usage: lives PROGRAM [halves]\n", stderr);
  return 2;
}
