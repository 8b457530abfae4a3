/* The work of `memprof run` while its program runs, beside waiting for its end.
 *
 * A watcher is a table of functions. It is added before the program starts, if an option asks for
 * it (cli/watch/watchers.h). watch_wait calls the watchers in the main thread, one after the other,
 * and none may block for long: while one works, a stop of the program is not mirrored and its end
 * is not noticed. Signals are passed on all the time, by their handlers. Slow work belongs on a
 * thread of the watcher's own, with all signals blocked.
 *
 * An error that a watcher returns is printed once; from then on only its `destroy` is called. The
 * program runs on: nothing that watches may disturb it.
 *
 * Without a watcher watch_wait is launch_wait: nothing more is done, opened or allocated.
 *
 * Where somebody else waits for the program (the leak check), watch_begin_aside calls the watchers
 * on a thread of its own: those that take nothing but processes and ticks from the loop. */
#pragma once

#include "cli/watch/processes.h"

#include <poll.h>

struct oom;
struct watch;

/* A function about one process; see watch_each_live. */
typedef struct error *watch_process_fn(void *context, struct watch *watch, struct process *process);

/* Every function gets the context given to watch_add; each may be NULL. Processes that came are
 * looked for at every turn of the loop, which is every tick of any watcher; those that ended once a
 * second: `came` and `went` are that late. */
struct watcher {
  const char *name;  /* for messages: the option */
  bool can_be_aside; /* may be called on a thread, by watch_begin_aside */
  /* The time between two ticks in ms, at most WATCH_LONGEST_MS; 0: no ticks. */
  int interval_ms;
  /* The program runs. */
  struct error *(*start)(void *context, struct watch *watch);
  /* A process of the session began, or ended, to be recorded. When it executes another program the
   * old image goes, then the new one comes. In `went` its figures are the last. */
  watch_process_fn *came, *went;
  /* Whether the recording of a process that has gone must not be removed yet. NULL: it may. */
  bool (*needs)(void *context, const struct watch *watch, struct process *process);
  struct error *(*tick)(void *context, struct watch *watch);
  /* One of the descriptors given to watch_poll is ready. */
  struct error *(*ready)(void *context, struct watch *watch, int fd, short events);
  /* Another watcher did something to a process: see watch_note. */
  void (*noted)(void *context, struct watch *watch, struct process *process, const char *what);
  /* The program has ended; processes that it left running did not `go`. */
  struct error *(*finish)(void *context, struct watch *watch);
  /* Always the last call, also when the program could not be started. */
  void (*destroy)(void *context);
};

enum { WATCH_LONGEST_MS = 3600000, WATCH_MOST_FDS = 64 };

/* The facts about the run that watchers need. */
struct watch_settings {
  const char *folder;    /* the session's */
  const char *output;    /* pattern of the profiles' names */
  const struct oom *oom; /* as it was before the program ran */
  bool symbolize;
  bool quiet;      /* only errors are printed */
  bool only_asked; /* watchers that no option asks for stay away */
};

/* The settings' strings outlive the watch. */
struct error *watch_create(const struct watch_settings *settings, struct watch **ret);
void watch_destroy(struct watch *watch);

/* Whether all watchers, if any, can be aside. */
bool watch_can_be_aside(const struct watch *watch);

/* `context` is not NULL and no other watcher's. */
struct error *watch_add(struct watch *watch, const struct watcher *watcher, void *context);

/* launch_wait, with the watchers at work. */
int watch_wait(struct watch *watch, pid_t program);

/* Calls the watchers on a thread from now on, until watch_end_aside has called `finish` in the
 * caller's. Without memory or threads nothing is watched. */
void watch_begin_aside(struct watch *watch, pid_t program);

/* Does nothing unless watch_begin_aside was called. */
void watch_end_aside(struct watch *watch);

/* For watchers. */

pid_t watch_program(const struct watch *watch);
const struct watch_settings *watch_settings(const struct watch *watch);
const char *watch_folder(const struct watch *watch); /* the settings' */

/* From `finish` on: no process may be sent a signal by its pid any more, which may be another's. */
bool watch_has_ended(const struct watch *watch);

/* The program's wait status; from `finish` on. */
int watch_wait_status(const struct watch *watch);

/* ns of CLOCK_MONOTONIC since watch_wait began. */
uint64_t watch_elapsed(const struct watch *watch);

/* The processes that run and those that ran: process_is_live tells them apart. Pointers to
 * processes stay valid until watch_forget, whose turn comes after `went`. */
const struct process_list *watch_processes(const struct watch *watch);

/* Calls `function` for each live process; ends with its first error, which is returned. */
struct error *watch_each_live(struct watch *watch, void *context, watch_process_fn *function);

/* Whether a watcher still needs the recording of a process that has gone. */
bool watch_needs(const struct watch *watch, struct process *process);

/* The process has gone and its recording was removed. For `tick`, `ready` and `finish`. */
void watch_forget(struct watch *watch, struct process *process);

/* The process's figures now: see process_size for a quicker way, and process_stats. */
const struct heap_stats *watch_stats(const struct watch *watch, struct process *process);

/* Reports to every watcher what another one did to a process: "snapshot" and the like. `what` is
 * one line; a watcher that prints it must escape it. */
void watch_note(struct watch *watch, struct process *process, const char *what);

/* The pointer that this watcher keeps for this process; NULL at first. */
void **watch_data(const struct watch *watch, const void *context, struct process *process);

/* `went` and `finish` of a watcher that keeps one allocation there: it is freed, for the process or
 * for all that live. */
struct error *watch_free_data(void *context, struct watch *watch, struct process *process);
struct error *watch_free_all(void *context, struct watch *watch);

/* The watcher's next tick comes in `ms`, whatever its interval; to be called in its tick. */
void watch_tick_after(struct watch *watch, const void *context, int ms);

/* From now on `ready` is called when `events` (as poll's) happen on fd; 0: no more. False when
 * there are too many descriptors. */
bool watch_poll(struct watch *watch, const void *context, int fd, short events);

static inline void cleanup_watch(struct watch **watch) {
  watch_destroy(*watch);
}
#define _cleanup_watch_ __attribute__((cleanup(cleanup_watch)))
