#include "http/worker.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/thread.h"
#include "http/symbol.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

/* Each holds a whole profile until its time has come. */
enum { MAX_DELTAS = 64 };

struct http_worker {
  const struct http_sources *sources;
  pthread_t thread;
  pthread_mutex_t lock; /* of all below */
  pthread_cond_t changed;
  struct http_job *queue; /* in the order of their coming */
  unsigned deltas;
  bool stopped;
};

void http_job_deinit(struct http_job *job) {
  http_request_deinit(&job->request);
  http_answer_deinit(&job->answer);
  http_capture_deinit(&job->earlier);
}

static void enqueue(struct http_worker *worker, struct http_job *job) {
  struct http_job **end = &worker->queue;
  while (*end)
    end = &(*end)->next;
  job->next = NULL;
  *end = job;
}

/* The first whose time has come, taken out; else NULL and when the next one's comes. */
static struct http_job *take_due(struct http_worker *worker, int64_t now, int64_t *wake) {
  *wake = INT64_MAX;
  for (struct http_job **at = &worker->queue; *at; at = &(*at)->next) {
    struct http_job *job = *at;
    if (job->due <= now) {
      *at = job->next;
      job->next = NULL;
      return job;
    }
    if (job->due < *wake)
      *wake = job->due;
  }
  return NULL;
}

static bool same_request(const struct http_request *a, const struct http_request *b) {
  return a->what == b->what && a->what != HTTP_SYMBOL && a->pid == b->pid && !a->seconds &&
         !b->seconds && a->debug == b->debug && !a->file == !b->file &&
         (!a->file || !strcmp(a->file, b->file));
}

/* Takes out those that want the same, and hangs them on to `job`. */
static void gather_same(struct http_worker *worker, struct http_job *job) {
  struct http_job **last = &job->next;
  for (struct http_job **at = &worker->queue; *at;) {
    struct http_job *other = *at;
    if (!same_request(&job->request, &other->request)) {
      at = &other->next;
      continue;
    }
    *at = other->next;
    other->next = NULL;
    *last = other;
    last = &other->next;
  }
}

static void copy_answer(const struct http_answer *from, struct http_answer *to) {
  void *body = malloc(from->size ? from->size : 1);
  if (!body) {
    http_answer_error(to, &error_no_memory);
    return;
  }
  http_answer_deinit(to);
  *to = *from;
  to->body = memcpy(body, from->body, from->size);
}

/* Whether the job is finished; else it waits for its second half. */
static bool begin_delta(const struct http_worker *worker, struct http_job *job) {
  struct error *err = http_capture_read(worker->sources, &job->request, &job->earlier);
  if (!err) {
    job->due = monotonic_ms() + 1 + job->request.seconds * 1000; /* monotonic_ms rounds down */
    return false;
  }
  http_answer_error(&job->answer, err);
  return true;
}

static struct error *answer_profile(const struct http_worker *worker, struct http_job *job) {
  struct http_capture capture = {0};
  struct error *err = http_capture_read(worker->sources, &job->request, &capture);
  if (!err && job->earlier.profile)
    err = http_capture_subtract(&capture, &job->earlier);
  if (!err)
    err = http_capture_answer(&capture, &job->request, &job->answer);
  http_capture_deinit(&capture);
  return err;
}

static bool job_run(const struct http_worker *worker, struct http_job *job) {
  if (job->request.what != HTTP_SYMBOL && job->request.seconds && !job->earlier.profile)
    return begin_delta(worker, job);
  struct error *err = job->request.what == HTTP_SYMBOL
                          ? http_symbol_answer(worker->sources, &job->request, &job->answer)
                          : answer_profile(worker, job);
  if (err)
    http_answer_error(&job->answer, err);
  return true;
}

/* The submitter owns the job again as soon as it is woken. */
static void job_finish(struct http_job *job) {
  for (struct http_job *other = job->next; other; other = other->next)
    copy_answer(&job->answer, &other->answer);
  for (struct http_job *next; job; job = next) {
    next = job->next;
    sem_post(&job->done);
  }
}

static void refuse(struct http_job *job, const char *text) {
  http_answer_fault(&job->answer, 503, text);
  job->next = NULL;
  sem_post(&job->done);
}

/* Holding the lock. */
static void wait_until(struct http_worker *worker, int64_t ms) {
  if (ms == INT64_MAX) {
    pthread_cond_wait(&worker->changed, &worker->lock);
    return;
  }
  struct timespec at = {ms / 1000, ms % 1000 * 1000000};
  pthread_cond_timedwait(&worker->changed, &worker->lock, &at);
}

static void *worker_work(void *context) {
  struct http_worker *worker = context;
  int64_t wake;
  pthread_mutex_lock(&worker->lock);
  while (!worker->stopped) {
    struct http_job *job = take_due(worker, monotonic_ms(), &wake);
    if (!job) {
      wait_until(worker, wake);
      continue;
    }
    gather_same(worker, job);
    bool was_delta = job->earlier.profile;
    pthread_mutex_unlock(&worker->lock);
    bool finished = job_run(worker, job);
    if (finished)
      job_finish(job);
    memory_give_back();
    pthread_mutex_lock(&worker->lock);
    if (!finished) {
      worker->deltas++;
      enqueue(worker, job);
    } else if (was_delta)
      worker->deltas--;
  }
  pthread_mutex_unlock(&worker->lock);
  return NULL;
}

/* As Go does, a client that has closed its half is taken to have given up its wait. */
static bool client_is_gone(const struct http_job *job) {
  struct pollfd client = {job->socket, POLLRDHUP, 0};
  return poll(&client, 1, 0) > 0 && client.revents;
}

/* False where the worker has the job, and will finish it. */
static bool withdraw(struct http_worker *worker, struct http_job *job) {
  pthread_mutex_lock(&worker->lock);
  struct http_job **at = &worker->queue;
  while (*at && *at != job)
    at = &(*at)->next;
  bool found = *at;
  if (found) {
    *at = job->next;
    worker->deltas -= job->earlier.profile != NULL;
  }
  pthread_mutex_unlock(&worker->lock);
  return found;
}

/* A wait for a difference ends early where its client has gone, so that it keeps no seat. */
static void wait_done(struct http_worker *worker, struct http_job *job) {
  for (;;) {
    struct timespec look;
    clock_gettime(CLOCK_MONOTONIC, &look);
    look.tv_sec++;
    if (sem_clockwait(&job->done, CLOCK_MONOTONIC, &look) == 0)
      return;
    if (job->request.seconds && client_is_gone(job) && withdraw(worker, job))
      refuse(job, "the client has gone");
  }
}

void http_worker_answer(struct http_worker *worker, struct http_job *job) {
  job->due = 0;
  sem_init(&job->done, 0, 0);
  pthread_mutex_lock(&worker->lock);
  bool full = job->request.seconds && worker->deltas >= MAX_DELTAS, stopped = worker->stopped;
  if (!full && !stopped) {
    enqueue(worker, job);
    pthread_cond_signal(&worker->changed);
  }
  pthread_mutex_unlock(&worker->lock);
  if (stopped)
    refuse(job, "the program or this server has ended");
  else if (full)
    refuse(job, "too many requests with \"seconds\" at a time; try again later");
  wait_done(worker, job);
  sem_destroy(&job->done);
}

struct error *http_worker_create(const struct http_sources *sources, struct http_worker **ret) {
  struct http_worker *worker = calloc(1, sizeof(*worker));
  if (!worker)
    return &error_no_memory;
  worker->sources = sources;
  pthread_mutex_init(&worker->lock, NULL);
  thread_condition_init(&worker->changed);
  int error = thread_start(&worker->thread, worker_work, worker);
  if (error) {
    free(worker);
    return error_system(error, "cannot start a thread");
  }
  *ret = worker;
  return NULL;
}

void http_worker_stop(struct http_worker *worker) {
  pthread_mutex_lock(&worker->lock);
  worker->stopped = true;
  pthread_cond_signal(&worker->changed);
  pthread_mutex_unlock(&worker->lock);
  pthread_join(worker->thread, NULL);
  pthread_mutex_lock(&worker->lock); /* clients that have gone still withdraw */
  struct http_job *job = worker->queue;
  worker->queue = NULL;
  pthread_mutex_unlock(&worker->lock);
  for (struct http_job *next; job; job = next) {
    next = job->next;
    refuse(job, "the program or this server has ended");
  }
}

void http_worker_destroy(struct http_worker *worker) {
  pthread_cond_destroy(&worker->changed);
  pthread_mutex_destroy(&worker->lock);
  free(worker);
}
