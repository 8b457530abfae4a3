#include "leak/tracees.h"

#include "proc/process_threads.h"

#include <stdint.h>
#include <stdlib.h>

static size_t bucket_of(pid_t tid) {
  return (uint32_t)tid % TRACEE_BUCKETS;
}

struct tracee *tracees_find(struct tracees *tracees, pid_t tid) {
  for (struct tracee *t = tracees->bucket[bucket_of(tid)]; t; t = t->next)
    if (t->tid == tid)
      return t;
  return NULL;
}

struct tracee *tracees_get(struct tracees *tracees, pid_t tid) {
  struct tracee *tracee = tracees_find(tracees, tid);
  if (tracee)
    return tracee;
  tracee = calloc(1, sizeof(*tracee));
  if (!tracee)
    return NULL;
  *tracee = (struct tracee){
      .tid = tid, .pid = process_of_thread(tid), .next = tracees->bucket[bucket_of(tid)]};
  tracees->bucket[bucket_of(tid)] = tracee;
  tracees->count++;
  return tracee;
}

void tracees_remove(struct tracees *tracees, pid_t tid) {
  for (struct tracee **at = &tracees->bucket[bucket_of(tid)]; *at; at = &(*at)->next)
    if ((*at)->tid == tid) {
      struct tracee *gone = *at;
      *at = gone->next;
      free(gone);
      tracees->count--;
      return;
    }
}

struct tracee *tracees_next(const struct tracees *tracees, pid_t pid, const struct tracee *after) {
  const struct tracee *t = after ? after->next : tracees->bucket[0];
  for (size_t i = after ? bucket_of(after->tid) : 0;; t = tracees->bucket[i]) {
    for (; t; t = t->next)
      if (t->pid == pid)
        return (struct tracee *)t;
    if (++i == TRACEE_BUCKETS)
      return NULL;
  }
}

void tracees_keep_only(struct tracees *tracees, pid_t pid, pid_t tid) {
  struct tracee *t = tracees_next(tracees, pid, NULL);
  while (t) {
    struct tracee *next = tracees_next(tracees, pid, t);
    if (t->tid != tid)
      tracees_remove(tracees, t->tid);
    t = next;
  }
}

size_t tracees_count(const struct tracees *tracees, pid_t pid, size_t *held) {
  size_t n = 0;
  *held = 0;
  for (struct tracee *t = tracees_next(tracees, pid, NULL); t; t = tracees_next(tracees, pid, t)) {
    n++;
    *held += t->held;
  }
  return n;
}

void tracees_deinit(struct tracees *tracees) {
  for (size_t i = 0; i < TRACEE_BUCKETS; i++)
    while (tracees->bucket[i]) {
      struct tracee *gone = tracees->bucket[i];
      tracees->bucket[i] = gone->next;
      free(gone);
    }
}
