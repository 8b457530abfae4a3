#include "micro.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

/* Blocks travel in batches, so that what is measured is freeing another thread's block and not the
 * queue. */
enum { BATCH = 128, QUEUE = 32 };

struct channel {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  void **batch[QUEUE];
  unsigned head, tail;
  uint64_t batches; /* in all */
  uint64_t ns[2];
};

static void put(struct channel *c, void **batch) {
  pthread_mutex_lock(&c->lock);
  while (c->head - c->tail == QUEUE)
    pthread_cond_wait(&c->changed, &c->lock);
  c->batch[c->head++ % QUEUE] = batch;
  pthread_cond_signal(&c->changed);
  pthread_mutex_unlock(&c->lock);
}

static void **get(struct channel *c) {
  pthread_mutex_lock(&c->lock);
  while (c->head == c->tail)
    pthread_cond_wait(&c->changed, &c->lock);
  void **batch = c->batch[c->tail++ % QUEUE];
  pthread_cond_signal(&c->changed);
  pthread_mutex_unlock(&c->lock);
  return batch;
}

static void *produce(void *p) {
  struct channel *c = p;
  uint64_t start = cpu_now(CLOCK_THREAD_CPUTIME_ID);
  for (uint64_t i = 0; i < c->batches; i++) {
    void **batch = malloc(BATCH * sizeof(*batch));
    for (unsigned k = 0; k < BATCH; k++) {
      batch[k] = malloc(64);
      *(volatile char *)batch[k] = 1;
    }
    put(c, batch);
  }
  c->ns[0] = cpu_now(CLOCK_THREAD_CPUTIME_ID) - start;
  return NULL;
}

static void *consume(void *p) {
  struct channel *c = p;
  uint64_t start = cpu_now(CLOCK_THREAD_CPUTIME_ID);
  for (uint64_t i = 0; i < c->batches; i++) {
    void **batch = get(c);
    for (unsigned k = 0; k < BATCH; k++)
      free(batch[k]);
    free(batch);
  }
  c->ns[1] = cpu_now(CLOCK_THREAD_CPUTIME_ID) - start;
  return NULL;
}

uint64_t work_xfree(uint64_t ops, uint64_t n) {
  unsigned pairs = (unsigned)n / 2;
  struct channel *channels = calloc(pairs, sizeof(*channels));
  pthread_t *threads = calloc(2 * pairs, sizeof(*threads));
  uint64_t ns = 0;
  for (unsigned i = 0; i < pairs; i++) {
    pthread_mutex_init(&channels[i].lock, NULL);
    pthread_cond_init(&channels[i].changed, NULL);
    channels[i].batches = ops / BATCH / pairs;
    if (pthread_create(&threads[2 * i], NULL, produce, &channels[i]) ||
        pthread_create(&threads[2 * i + 1], NULL, consume, &channels[i]))
      abort();
  }
  for (unsigned i = 0; i < 2 * pairs; i++)
    pthread_join(threads[i], NULL);
  for (unsigned i = 0; i < pairs; i++)
    ns += channels[i].ns[0] + channels[i].ns[1];
  free(channels);
  free(threads);
  return ns;
}

static void *live_shortly(void *pairs) {
  work_pair((uint64_t)pairs, 0);
  return NULL;
}

/* On one processor: what it costs to wake another says nothing of threads' beginnings and ends. */
static void stay(void) {
  cpu_set_t here;
  CPU_ZERO(&here);
  CPU_SET((unsigned)sched_getcpu(), &here);
  if (sched_setaffinity(0, sizeof(here), &here) != 0)
    abort();
}

uint64_t work_churn(uint64_t ops, uint64_t pairs) {
  stay();
  uint64_t start = cpu_now(CLOCK_PROCESS_CPUTIME_ID);
  for (uint64_t i = 0; i < ops; i++) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, live_shortly, (void *)(uintptr_t)pairs) != 0)
      abort();
    pthread_join(thread, NULL);
  }
  return cpu_now(CLOCK_PROCESS_CPUTIME_ID) - start;
}
