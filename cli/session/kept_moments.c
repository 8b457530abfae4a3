#include "cli/session/kept_moments.h"

#include "recording/moments.h"

#include <pthread.h>
#include <string.h>

enum { COST_SHARE = 20 };

struct kept_moments {
  pid_t pid; /* as the process itself sees it: the same before and after its end */
  unsigned generation;
  uint64_t start; /* ns of CLOCK_MONOTONIC */
  char *name;     /* owned */
  struct moments moments;
  VECTOR(struct moment_total) totals; /* once the moments were handed over: what others show */
  bool taken;
};

static VECTOR(struct kept_moments) kept;
static pthread_mutex_t kept_lock = PTHREAD_MUTEX_INITIALIZER;

/* The caller has the lock. */
static struct kept_moments *moments_find(pid_t pid, unsigned generation) {
  for (size_t i = 0; i < kept.count; i++)
    if (kept.data[i].pid == pid && kept.data[i].generation == generation && !kept.data[i].taken)
      return &kept.data[i];
  return NULL;
}

void kept_moments_begin(const struct recording *recording) {
  struct kept_moments begun = {.pid = (pid_t)recording->header.pid,
                               .generation = recording->header.generation,
                               .start = recording->header.start_monotonic,
                               .name = strdup(recording_program(recording))};
  moments_init(&begun.moments);
  pthread_mutex_lock(&kept_lock);
  if (!begun.name || moments_find(begun.pid, begun.generation) || !VECTOR_PUSH(&kept, begun))
    free(begun.name);
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
  struct kept_moments *known =
      moments_find((pid_t)recording->header.pid, recording->header.generation);
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

static int64_t most_of(const struct kept_moments *k) {
  int64_t most = 0;
  for (size_t i = 0; i < k->totals.count; i++)
    if (k->totals.data[i].rss > most)
      most = k->totals.data[i].rss;
  return most;
}

/* Notes the totals of moments so far. */
static bool note_totals(struct kept_moments *k) {
  if (k->taken)
    return true;
  k->totals.count = 0;
  for (size_t i = 0; i < k->moments.all.count; i++) {
    const struct moment *m = &k->moments.all.data[i];
    struct moment_total total = {(int64_t)m->time, (int64_t)m->rss, (int64_t)m->live,
                                 (int64_t)m->allocated};
    if (!VECTOR_PUSH(&k->totals, total))
      return false;
  }
  return true;
}

/* The largest first. */
static int compare_kept(const void *a, const void *b) {
  int64_t x = most_of(*(struct kept_moments *const *)a);
  int64_t y = most_of(*(struct kept_moments *const *)b);
  return (x < y) - (x > y);
}

static bool add_other(const struct kept_moments *other, const struct kept_moments *to,
                      struct moments *ret) {
  bool ok = moments_add_other(ret, other->pid, other->name);
  for (size_t i = 0; i < other->totals.count && ok; i++) {
    struct moment_total total = other->totals.data[i];
    total.time += (int64_t)(other->start - to->start);
    ok = moments_add_total(ret, total);
  }
  return ok;
}

/* Without memory some others are missing. */
static void add_others(const struct kept_moments *to, struct moments *ret) {
  VECTOR(struct kept_moments *) others = {0};
  for (size_t i = 0; i < kept.count; i++)
    if (&kept.data[i] != to && note_totals(&kept.data[i]) && kept.data[i].totals.count > 1)
      (void)VECTOR_PUSH(&others, &kept.data[i]);
  if (others.count)
    qsort(others.data, others.count, sizeof(*others.data), compare_kept);
  for (size_t i = 0; i < others.count && i < MOMENTS_MOST_OTHERS; i++)
    if (!add_other(others.data[i], to, ret))
      break;
  VECTOR_DEINIT(&others);
}

static void kept_remove(size_t i) {
  free(kept.data[i].name);
  VECTOR_DEINIT(&kept.data[i].totals);
  moments_deinit(&kept.data[i].moments);
  kept.data[i] = kept.data[--kept.count];
}

/* A process's totals stay for the others' charts; a build has thousands of processes. */
static void forget_smallest(void) {
  size_t taken = 0, smallest = 0;
  for (size_t i = 0; i < kept.count; i++)
    if (kept.data[i].taken && (!taken++ || most_of(&kept.data[i]) < most_of(&kept.data[smallest])))
      smallest = i;
  if (taken > MOMENTS_MOST_OTHERS + 1)
    kept_remove(smallest);
}

bool kept_moments_take(const struct recording *recording, struct moments *ret) {
  moments_init(ret);
  pthread_mutex_lock(&kept_lock);
  struct kept_moments *known =
      moments_find((pid_t)recording->header.pid, recording->header.generation);
  if (known) {
    add_others(known, &known->moments);
    (void)note_totals(known);
    *ret = known->moments;
    moments_init(&known->moments);
    known->taken = true;
    forget_smallest();
  }
  pthread_mutex_unlock(&kept_lock);
  return known;
}
