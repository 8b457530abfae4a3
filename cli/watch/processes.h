/* The processes of a session that have a recording: found in its folder, as they come and go.
 *
 * A process image (a pid and how many programs it had executed before) is one `struct process`,
 * whose address stays the same until its end. Nothing is asked of the process. */
#pragma once

#include "base/error.h"
#include "model/heap_stats.h"
#include "recording/recording.h"

#include <stdbool.h>
#include <time.h>

enum { WATCH_MOST_WATCHERS = 13 };

struct process {
  pid_t pid;
  unsigned generation;
  const char *path; /* its recording: readable from `came` to `went`, and until it is collected */
  void *data[WATCH_MOST_WATCHERS]; /* of watchers: see watch_data */

  /* Private. */
  enum { PROCESS_FOUND, PROCESS_LIVE, PROCESS_GONE } state;
  struct recording *open; /* its counters of when it was found; NULL before, and after its end */
  struct heap_stats stats;
  unsigned read_in; /* the moment in which `stats` were read; 0: never */
};

struct process_list {
  struct process **data; /* by pid, then generation; those that have gone are among them */
  size_t count, capacity;
  const char *folder;
  unsigned moment; /* a process's figures are read once in a moment; the loop begins the next */

  /* Private. */
  struct timespec changed, read; /* the folder's time of change, and ours when we read it */
};

/* The changes that process_list_look reports. */
struct process_events {
  void (*came)(void *context, struct process *process);
  void (*went)(void *context, struct process *process);
};

/* `folder` must outlive the list. */
void process_list_init(struct process_list *list, const char *folder);
void process_list_deinit(struct process_list *list);

/* Looks for processes that came, which is cheap, and with `who_went` for those that have ended,
 * which is not. An image that came and went since the last look is reported as both, and an image
 * goes before the one that takes its place comes. */
struct error *process_list_look(struct process_list *list, bool who_went,
                                const struct process_events *events, void *context);

static inline bool process_is_live(const struct process *process) {
  return process->state == PROCESS_LIVE;
}

/* Takes a process that has gone off the list and frees it: its recording was removed, and another
 * process may get its pid. Not to be called while the list is looked through. */
void process_list_forget(struct process_list *list, struct process *process);

/* The heap's size now and at its largest, in bytes: cheap enough for many times a second. False for
 * a process that has gone. */
bool process_size(const struct process *process, uint64_t *live, uint64_t *peak);

/* The process's figures (heap_stats.h: all but `rates` and `resident`), read once a moment;
 * NULL when they cannot be. */
const struct heap_stats *process_stats(const struct process_list *list, struct process *process);
