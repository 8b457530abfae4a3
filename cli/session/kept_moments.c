#include "cli/session/kept_moments.h"

#include "recording/moments.h"

#include <pthread.h>

enum { COST_SHARE = 20 };

struct kept_moments {
  pid_t pid;
  unsigned generation;
  struct moments moments;
};

static VECTOR(struct kept_moments) kept;
static pthread_mutex_t kept_lock = PTHREAD_MUTEX_INITIALIZER;

/* The caller has the lock. */
static struct kept_moments *moments_find(pid_t pid, unsigned generation) {
  for (size_t i = 0; i < kept.count; i++)
    if (kept.data[i].pid == pid && kept.data[i].generation == generation)
      return &kept.data[i];
  return NULL;
}

void kept_moments_begin(pid_t pid, unsigned generation) {
  struct kept_moments begun = {.pid = pid, .generation = generation};
  moments_init(&begun.moments);
  pthread_mutex_lock(&kept_lock);
  if (!moments_find(pid, generation))
    (void)VECTOR_PUSH(&kept, begun);
  pthread_mutex_unlock(&kept_lock);
}

bool kept_moments_due(pid_t pid, unsigned generation, uint64_t time) {
  pthread_mutex_lock(&kept_lock);
  const struct kept_moments *known = moments_find(pid, generation);
  bool due = known && moments_due(&known->moments, time);
  pthread_mutex_unlock(&kept_lock);
  return due;
}

void kept_moments_add(const struct recording *recording, uint64_t time, uint64_t rss,
                      uint64_t cost) {
  pthread_mutex_lock(&kept_lock);
  struct kept_moments *known = moments_find(recording->pid, recording->header.generation);
  struct error *err = NULL;
  if (known && moments_due(&known->moments, time)) {
    err = recording_add_moment(recording, time, rss, &known->moments);
    if (!err)
      err = moments_make_room(&known->moments);
    while (!err && known->moments.interval < cost * COST_SHARE)
      err = moments_thin(&known->moments);
  }
  pthread_mutex_unlock(&kept_lock);
  error_destroy(err);
}

void kept_moments_mark(pid_t pid, unsigned generation, uint64_t time, enum moment_mark_kind kind,
                       const char *text) {
  pthread_mutex_lock(&kept_lock);
  struct kept_moments *known = moments_find(pid, generation);
  if (known)
    (void)moments_mark(&known->moments, time, kind, text);
  pthread_mutex_unlock(&kept_lock);
}

bool kept_moments_take(const struct recording *recording, struct moments *ret) {
  moments_init(ret);
  pthread_mutex_lock(&kept_lock);
  struct kept_moments *known = moments_find(recording->pid, recording->header.generation);
  if (known) {
    *ret = known->moments;
    *known = kept.data[--kept.count];
  }
  pthread_mutex_unlock(&kept_lock);
  return known;
}
