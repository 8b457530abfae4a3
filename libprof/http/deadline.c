#include "http/deadline.h"

#include "base/clock.h"
#include "base/thread.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { LOOK_MS = 1000 };

struct http_deadline {
  struct http_deadline *before, *after; /* in the list of all connections */
  int socket;
  int64_t due; /* ms of CLOCK_MONOTONIC; INT64_MAX: no request is awaited */
};

struct http_deadlines {
  int seconds;
  pthread_t thread;
  pthread_mutex_t lock; /* protects all that follows, and what is in the list */
  pthread_cond_t changed;
  bool stopped;
  struct http_deadline *first;
};

/* Holding the lock. */
static void shut_late(const struct http_deadlines *deadlines) {
  int64_t now = monotonic_ms();
  for (struct http_deadline *d = deadlines->first; d; d = d->after)
    if (d->due <= now) {
      shutdown(d->socket, SHUT_RDWR);
      d->due = INT64_MAX;
    }
}

static void *deadlines_watch(void *context) {
  struct http_deadlines *deadlines = context;
  pthread_mutex_lock(&deadlines->lock);
  while (!deadlines->stopped) {
    int64_t at = monotonic_ms() + LOOK_MS;
    struct timespec look = {at / 1000, at % 1000 * 1000000};
    pthread_cond_timedwait(&deadlines->changed, &deadlines->lock, &look);
    shut_late(deadlines);
  }
  pthread_mutex_unlock(&deadlines->lock);
  return NULL;
}

struct error *http_deadlines_create(int seconds, struct http_deadlines **ret) {
  struct http_deadlines *deadlines = calloc(1, sizeof(*deadlines));
  if (!deadlines)
    return &error_no_memory;
  deadlines->seconds = seconds;
  pthread_mutex_init(&deadlines->lock, NULL);
  thread_condition_init(&deadlines->changed);
  int failed = thread_start(&deadlines->thread, deadlines_watch, deadlines);
  if (failed) {
    free(deadlines);
    return error_system(failed, "cannot start a thread");
  }
  *ret = deadlines;
  return NULL;
}

void http_deadlines_destroy(struct http_deadlines *deadlines) {
  if (!deadlines)
    return;
  pthread_mutex_lock(&deadlines->lock);
  deadlines->stopped = true;
  pthread_cond_signal(&deadlines->changed);
  pthread_mutex_unlock(&deadlines->lock);
  pthread_join(deadlines->thread, NULL);
  pthread_cond_destroy(&deadlines->changed);
  pthread_mutex_destroy(&deadlines->lock);
  free(deadlines);
}

static void set_due(struct http_deadlines *deadlines, struct http_deadline *deadline, int64_t due) {
  if (!deadline)
    return;
  pthread_mutex_lock(&deadlines->lock);
  deadline->due = due;
  pthread_mutex_unlock(&deadlines->lock);
}

struct http_deadline *http_deadline_begin(struct http_deadlines *deadlines, int socket) {
  struct http_deadline *deadline = calloc(1, sizeof(*deadline));
  if (!deadline)
    return NULL;
  deadline->socket = socket;
  deadline->due = monotonic_ms() + 1000 * (int64_t)deadlines->seconds;
  pthread_mutex_lock(&deadlines->lock);
  deadline->after = deadlines->first;
  if (deadline->after)
    deadline->after->before = deadline;
  deadlines->first = deadline;
  pthread_mutex_unlock(&deadlines->lock);
  return deadline;
}

void http_deadline_renew(struct http_deadlines *deadlines, struct http_deadline *deadline,
                         int idle) {
  set_due(deadlines, deadline, monotonic_ms() + 1000 * (int64_t)(idle + deadlines->seconds));
}

void http_deadline_met(struct http_deadlines *deadlines, struct http_deadline *deadline) {
  set_due(deadlines, deadline, INT64_MAX);
}

void http_deadline_end(struct http_deadlines *deadlines, struct http_deadline *deadline) {
  if (!deadline)
    return;
  pthread_mutex_lock(&deadlines->lock);
  if (deadline->before)
    deadline->before->after = deadline->after;
  else
    deadlines->first = deadline->after;
  if (deadline->after)
    deadline->after->before = deadline->before;
  pthread_mutex_unlock(&deadlines->lock);
  free(deadline);
}
