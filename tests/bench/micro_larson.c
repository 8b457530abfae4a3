#include "micro.h"

#include <pthread.h>
#include <stdlib.h>

/* After Larson and Krishnan 1998: a server's worker replaces requests and leaves what it holds to its
 * successor. */
enum { HELD = 5000, LARGEST = 1000, LEAST = 8, TURN = 20000 };

struct worker {
  char *held[HELD];
  uint64_t state, ops, ns;
};

static void *replace_requests(void *p) {
  struct worker *w = p;
  uint64_t start = cpu_now(CLOCK_THREAD_CPUTIME_ID);
  for (uint64_t i = 0; i < w->ops; i++) {
    uint64_t r = random_step(&w->state), at = (r >> 32) % HELD;
    free(w->held[at]);
    w->held[at] = malloc(LEAST + (r & 0xffffffff) % (LARGEST - LEAST + 1));
    *(volatile char *)w->held[at] = 1;
  }
  w->ns += cpu_now(CLOCK_THREAD_CPUTIME_ID) - start;
  return NULL;
}

uint64_t work_larson(uint64_t ops, uint64_t n) {
  struct worker *workers = calloc(n, sizeof(*workers));
  pthread_t *threads = calloc(n, sizeof(*threads));
  uint64_t ns = 0;
  for (uint64_t i = 0; i < n; i++)
    workers[i].state = 88172645463325252 + i;
  for (uint64_t left = ops / n; left;) {
    uint64_t turn = left < TURN ? left : TURN;
    for (uint64_t i = 0; i < n; i++) {
      workers[i].ops = turn;
      if (pthread_create(&threads[i], NULL, replace_requests, &workers[i]) != 0)
        abort();
    }
    for (uint64_t i = 0; i < n; i++)
      pthread_join(threads[i], NULL);
    left -= turn;
  }
  for (uint64_t i = 0; i < n; i++) {
    ns += workers[i].ns;
    for (unsigned k = 0; k < HELD; k++)
      free(workers[i].held[k]);
  }
  free(workers);
  free(threads);
  return ns;
}
