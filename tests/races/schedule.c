#include "schedule.h"

#include <stdio.h>
#include <string.h>
#include <sys/single_threaded.h>
#include <ucontext.h>
#include <unistd.h>

enum {
  PREEMPTIONS = 3,
  MOST_THREADS = 3,
  STACK = 64 << 10,
  MOST_DECISIONS = 4096,
  PATIENCE = 10000
};

static ucontext_t scheduler, contexts[MOST_THREADS];
static char stacks[MOST_THREADS][STACK];
static bool running, done[MOST_THREADS];
static unsigned current, preemptions, waits;
unsigned n_threads;
static struct { unsigned choices, chosen; } decision[MOST_DECISIONS];
static unsigned n_decisions, at_decision;
static const char *complaint;

unsigned thread_now(void) {
  return current;
}

void require(bool condition, const char *what) {
  if (!condition && !complaint)
    complaint = what;
}

/* One of `n` ways; the list of decisions says which. */
static unsigned decide(unsigned n) {
  if (n < 2)
    return 0;
  if (at_decision == MOST_DECISIONS) {
    fprintf(stderr, "interleave: a scenario is too long\n");
    _exit(2);
  }
  if (at_decision == n_decisions)
    decision[n_decisions++].chosen = 0;
  decision[at_decision].choices = n;
  return decision[at_decision++].chosen;
}

static void go_on(unsigned next) {
  unsigned last = current;
  if (next == last)
    return;
  current = next;
  swapcontext(&contexts[last], &contexts[next]);
}

/* The k-th of the threads that can go on, besides `except`. */
static unsigned other(unsigned k, unsigned except) {
  for (unsigned i = 0; i < n_threads; i++)
    if (i != except && !done[i] && !k--)
      return i;
  return except;
}

static unsigned n_others(unsigned except) {
  unsigned n = 0;
  for (unsigned i = 0; i < n_threads; i++)
    n += i != except && !done[i];
  return n;
}

void step(void) {
  if (!running || preemptions == PREEMPTIONS)
    return;
  unsigned chosen = decide(1 + n_others(current));
  if (!chosen)
    return;
  preemptions++;
  go_on(other(chosen - 1, current));
}

void give_way(void) {
  if (!running)
    return;
  if (++waits > PATIENCE) {
    require(false, "a thread waits for ever");
    setcontext(&scheduler);
  }
  /* In turn, and no decision: two threads that wait for a third must not wait for each other. */
  for (unsigned i = 1; i <= n_threads; i++)
    if (!done[(current + i) % n_threads]) {
      go_on((current + i) % n_threads);
      return;
    }
}

static const struct scenario *scenario;

static void run_thread(void) {
  unsigned self = current;
  scenario->thread(self);
  done[self] = true;
  unsigned n = n_others(self);
  if (!n)
    setcontext(&scheduler);
  current = other(decide(n), self);
  setcontext(&contexts[current]);
}

static void run_once(void) {
  volatile bool ended = false;
  running = false;
  scenario->begin();
  n_threads = scenario->n_threads;
  preemptions = waits = at_decision = 0;
  memset(done, 0, sizeof(done));
  for (unsigned i = 0; i < n_threads; i++) {
    getcontext(&contexts[i]);
    contexts[i].uc_stack.ss_sp = stacks[i];
    contexts[i].uc_stack.ss_size = STACK;
    makecontext(&contexts[i], run_thread, 0);
  }
  getcontext(&scheduler);
  if (!ended) {
    ended = true;
    running = true;
    current = decide(n_threads);
    setcontext(&contexts[current]);
  }
  running = false;
  if (!complaint)
    scenario->check();
}

/* The next list of decisions; false when all were tried. */
static bool next_schedule(void) {
  n_decisions = at_decision;
  while (n_decisions && decision[n_decisions - 1].chosen + 1 == decision[n_decisions - 1].choices)
    n_decisions--;
  if (!n_decisions)
    return false;
  decision[n_decisions - 1].chosen++;
  return true;
}

static bool explore(const struct scenario *s, unsigned number) {
  unsigned runs = 0;
  scenario = s;
  n_decisions = 0;
  complaint = NULL;
  do {
    run_once();
    runs++;
  } while (!complaint && next_schedule());
  printf("%s %u - %s\n# %u interleavings\n", complaint ? "not ok" : "ok", number, s->name, runs);
  if (complaint) {
    printf("# %s, by decisions", complaint);
    for (unsigned i = 0; i < at_decision; i++)
      printf(" %u", decision[i].chosen);
    puts("");
  }
  fflush(stdout);
  return !complaint;
}

int explore_all(const struct scenario *scenarios, unsigned n) {
  unsigned failed = 0;
  __libc_single_threaded = 0;
  printf("1..%u\n", n);
  for (unsigned i = 0; i < n; i++)
    failed += !explore(&scenarios[i], i + 1);
  return failed != 0;
}
