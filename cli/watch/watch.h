/* What `memprof run` does beside waiting while its program runs.
 *
 * A watcher is a table of functions; whoever is asked for by an option registers with watch_add
 * before the program starts (cli/watch/watchers.h has the list). All of them are called by watch_wait, in
 * the main thread, one after the other, and none may block for long: while one works, the program's
 * stop is not mirrored and its end not noticed. Signals are passed on all the time, by their
 * handlers. Slow work belongs on a thread of the watcher's own, with all signals blocked.
 *
 * An error that a watcher returns is said once; the watcher is then not called again, but for
 * `destroy`. The program runs on: nothing that watches may disturb it.
 *
 * Without a watcher watch_wait is launch_wait: nothing more is done, opened or allocated. */
#pragma once

#include "cli/watch/processes.h"

#include <poll.h>

struct watch;

/* Every function gets the context given to watch_add; each may be NULL. Processes are looked for
 * at every tick of anyone, and whether they have ended once a second: `came` and `went` are that
 * late. */
struct watcher {
  const char *name; /* for messages: the option */
  /* The time between two ticks in ms, at most WATCH_LONGEST_MS; 0: no ticks. */
  int interval_ms;
  /* The program runs. */
  struct error *(*start)(void *context, struct watch *watch);
  /* A process of the session began, or ended, to be recorded. Of one that executes another program
   * the old image goes, then the new one comes. In `went` its figures are the last. */
  struct error *(*came)(void *context, struct watch *watch, struct watched *process);
  struct error *(*went)(void *context, struct watch *watch, struct watched *process);
  struct error *(*tick)(void *context, struct watch *watch);
  /* Called when one of the descriptors given to watch_poll is ready. */
  struct error *(*ready)(void *context, struct watch *watch, int fd, short events);
  /* Something of note happened to a process: see watch_note. */
  void (*noted)(void *context, struct watch *watch, struct watched *process, const char *what);
  /* The program has ended; processes that it left running did not `go`. */
  struct error *(*finish)(void *context, struct watch *watch);
  /* Always the last call, also when the program could not be started. */
  void (*destroy)(void *context);
};

enum { WATCH_LONGEST_MS = 3600000, WATCH_MOST_FDS = 64 };

/* What watchers need to know of the run. */
struct watch_settings {
  const char *folder; /* the session's */
  const char *output; /* pattern of the profiles' names */
  bool symbolize;
  bool quiet;      /* nothing but errors is said */
  bool only_asked; /* watchers that no option asks for stay away */
};

/* The settings' strings outlive the watch. */
struct error *watch_create(const struct watch_settings *settings, struct watch **ret);
void watch_destroy(struct watch *watch);

/* Whether nobody was added. */
bool watch_is_idle(const struct watch *watch);

/* `context` is not NULL and no other watcher's. */
struct error *watch_add(struct watch *watch, const struct watcher *watcher, void *context);

/* launch_wait, with the watchers at work. */
int watch_wait(struct watch *watch, pid_t program);

/* For watchers. */

pid_t watch_program(const struct watch *watch);
const struct watch_settings *watch_settings(const struct watch *watch);
const char *watch_folder(const struct watch *watch); /* the settings' */

/* From `finish` on: then no process may be sent a signal by its pid, which may be another's. */
bool watch_has_ended(const struct watch *watch);

/* The program's wait status; from `finish` on. */
int watch_wait_status(const struct watch *watch);

/* ns of CLOCK_MONOTONIC since watch_wait began. */
uint64_t watch_elapsed(const struct watch *watch);

/* The processes there are, and were: watched_is_live tells them apart. Pointers to processes stay
 * valid. */
const struct watched_list *watch_processes(const struct watch *watch);

/* The process's figures now: see watched_size for a quicker way, and watched_stats. */
const struct heap_stats *watch_stats(const struct watch *watch, struct watched *process);

/* Tells every watcher what another one did to a process: "snapshot" and the like; `what` is one
 * line, to be escaped by who prints it. */
void watch_note(struct watch *watch, struct watched *process, const char *what);

/* A pointer of this watcher's for this process, NULL at first. */
void **watch_slot(const struct watch *watch, const void *context, struct watched *process);

/* From now on `ready` is called when `events` (as poll's) happen on fd; 0: no more. False when
 * there are too many. */
bool watch_poll(struct watch *watch, const void *context, int fd, short events);

static inline void cleanup_watch(struct watch **watch) {
  watch_destroy(*watch);
}
#define _cleanup_watch_ __attribute__((cleanup(cleanup_watch)))
