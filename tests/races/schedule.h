/* Every interleaving of a few threads, with up to PREEMPTIONS preemptions.
 *
 * The threads are coroutines. Before each atomic operation (steps.h) the scheduler may let another
 * one go on; it tries all ways to do so, one after the other, by running each scenario again from
 * its beginning with the next list of decisions. Most concurrency bugs need two preemptions at most
 * (Musuvathi and Qadeer, PLDI 2007). The model is sequentially consistent: what a processor or the
 * compiler may reorder is ThreadSanitizer's part (tables.c). */
#pragma once

#include <stdbool.h>

/* Each thread's function knows its number. */
struct scenario {
  const char *name;
  unsigned n_threads;
  void (*begin)(void);
  void (*thread)(unsigned self);
  void (*check)(void); /* by the main thread, when all have ended */
};

/* How many threads the scenario that runs has. */
extern unsigned n_threads;

/* The number of the thread that runs. */
unsigned thread_now(void);

/* The scenario fails unless the condition holds. */
void require(bool condition, const char *what);

/* Runs all and speaks TAP; main's result. */
int explore_all(const struct scenario *scenarios, unsigned n);
