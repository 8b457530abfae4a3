/* The processes of a session that have a recording: found in its folder, as they come and go.
 *
 * A process image (a pid and how many programs it had executed before) is one `struct watched`,
 * whose address stays the same until its end. Nothing is asked of the process. */
#pragma once

#include "base/error.h"
#include "model/heap_stats.h"
#include "recording/recording.h"

#include <stdbool.h>
#include <time.h>

enum { WATCHED_SLOTS = 12 };

struct watched {
  pid_t pid;
  unsigned generation;
  const char *path; /* its recording: readable from `came` to `went`, and until it is collected */
  void *slot[WATCHED_SLOTS]; /* of watchers: see watch_slot */

  /* Private. */
  enum { WATCHED_FOUND, WATCHED_LIVE, WATCHED_GONE } state;
  struct recording *open; /* its counters of when it was found; NULL before, and after its end */
  struct heap_stats stats;
  unsigned read_in; /* the moment in which `stats` were read; 0: never */
};

struct watched_list {
  struct watched **data; /* by pid, then generation; those that have gone are among them */
  size_t count, capacity;
  const char *folder;
  unsigned
      moment; /* a process's figures are read once in a moment; whoever waits begins the next */

  /* Private. */
  struct timespec changed, read; /* the folder's time of change, and ours when we read it */
};

/* Told of processes by watched_list_look. */
struct watched_events {
  void (*came)(void *context, struct watched *process);
  void (*went)(void *context, struct watched *process);
};

/* `folder` must outlive the list. */
void watched_list_init(struct watched_list *list, const char *folder);
void watched_list_deinit(struct watched_list *list);

/* Looks who came, which is cheap, and if `who_went` whether all are still there, which is not. Of
 * an image that came and went since the last look both are told, and an image goes before the one
 * that takes its place comes. */
struct error *watched_list_look(struct watched_list *list, bool who_went,
                                const struct watched_events *events, void *context);

static inline bool watched_is_live(const struct watched *process) {
  return process->state == WATCHED_LIVE;
}

/* Its heap's size now and at its largest, in bytes: for who looks many times a second. False for a
 * process that has gone. */
bool watched_size(const struct watched *process, uint64_t *live, uint64_t *peak);

/* The process's figures (heap_stats.h: all but `rates` and `resident`), read once a moment;
 * NULL when they cannot be. */
const struct heap_stats *watched_stats(const struct watched_list *list, struct watched *process);
