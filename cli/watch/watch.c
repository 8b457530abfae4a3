/* One loop in the main thread, from the program's start to its end:
 *
 *   begin     every watcher starts
 *   wait      poll() sleeps until SIGCHLD arrives (a signalfd: descriptor 0), a descriptor of a
 *             watcher is ready, or the next tick or look is due
 *   turn      processes that came and went are reported to the watchers; then every watcher whose
 *             time has come ticks
 *   end       after launch_has_ended has reaped the program: a last look at the processes, and
 *             every watcher finishes
 *
 * launch_has_ended, asked once a turn, also mirrors the program's stops: this process then stands
 * still in the middle of the loop, with all watchers. A watcher ticks at multiples of its interval
 * since the start; ticks that were missed meanwhile are left out.
 *
 * Each turn is a moment of the list of processes: however many watchers ask for a process's
 * figures, its recording is read once a moment. */
#include "cli/watch/watch.h"

#include "base/clock.h"
#include "base/thread.h"
#include "cli/line/message.h"
#include "cli/session/launch.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* How often it is checked which processes have ended. */
#define LOOK_NS 1000000000ull
/* How long the program's end may go unnoticed where the kernel has no signalfd left for us. */
enum { BLIND_MS = 50 };

struct registered {
  const struct watcher *watcher;
  void *context;
  bool failed;
  uint64_t due; /* watch_elapsed of the next tick */
};

struct watch {
  struct watch_settings settings;
  struct registered watchers[WATCH_MOST_WATCHERS];
  size_t n_watchers;
  struct process_list processes;
  pid_t program;
  int wait_status;
  bool ended;
  uint64_t begun, look_due;
  struct pollfd fds[1 + WATCH_MOST_FDS]; /* [0]: SIGCHLD */
  size_t owner[1 + WATCH_MOST_FDS];      /* index of the watcher */
  nfds_t n_fds;
  pthread_t thread; /* while `is_aside` */
  bool is_aside;
  atomic_bool aside_ends;
};

struct error *watch_create(const struct watch_settings *settings, struct watch **ret) {
  struct watch *watch = calloc(1, sizeof(*watch));
  if (!watch)
    return &error_no_memory;
  watch->settings = *settings;
  process_list_init(&watch->processes, settings->folder);
  watch->n_fds = 1;
  *ret = watch;
  return NULL;
}

void watch_destroy(struct watch *watch) {
  if (!watch)
    return;
  for (size_t i = 0; i < watch->n_watchers; i++)
    if (watch->watchers[i].watcher->destroy)
      watch->watchers[i].watcher->destroy(watch->watchers[i].context);
  process_list_deinit(&watch->processes);
  free(watch);
}

struct error *watch_add(struct watch *watch, const struct watcher *watcher, void *context) {
  if (watch->n_watchers == WATCH_MOST_WATCHERS)
    return error_create(ERROR_OTHER, "%s: too many things to watch", watcher->name);
  watch->watchers[watch->n_watchers++] = (struct registered){watcher, context, false, 0};
  return NULL;
}

bool watch_can_be_aside(const struct watch *watch) {
  for (size_t i = 0; i < watch->n_watchers; i++)
    if (!watch->watchers[i].watcher->can_be_aside)
      return false;
  return true;
}

static void watcher_failed(struct registered *r, struct error *err) {
  if (!err)
    return;
  message("%s: %s; going on without it", r->watcher->name, err->message);
  error_destroy(err);
  r->failed = true;
}

static void watcher_call(struct watch *watch, struct registered *r,
                         struct error *(*function)(void *context, struct watch *watch)) {
  if (function && !r->failed)
    watcher_failed(r, function(r->context, watch));
}

static void watcher_call_about(struct watch *watch, struct registered *r,
                               watch_process_fn *function, struct process *process) {
  if (function && !r->failed)
    watcher_failed(r, function(r->context, watch, process));
}

static void process_came(void *context, struct process *process) {
  struct watch *watch = context;
  for (size_t i = 0; i < watch->n_watchers; i++)
    watcher_call_about(watch, &watch->watchers[i], watch->watchers[i].watcher->came, process);
}

static void process_went(void *context, struct process *process) {
  struct watch *watch = context;
  for (size_t i = 0; i < watch->n_watchers; i++)
    watcher_call_about(watch, &watch->watchers[i], watch->watchers[i].watcher->went, process);
}

/* A folder that cannot be read now may be at the next look. */
static void look_at_processes(struct watch *watch, bool who_went) {
  static const struct process_events events = {process_came, process_went};
  error_destroy(process_list_look(&watch->processes, who_went, &events, watch));
}

/* In the first second, when most processes come, ended ones are looked for every 100 ms. */
static void look_regularly(struct watch *watch, uint64_t now) {
  uint64_t interval = now < LOOK_NS ? LOOK_NS / 10 : LOOK_NS;
  look_at_processes(watch, watch->look_due <= now);
  if (watch->look_due <= now)
    watch->look_due = now / interval * interval + interval;
}

static uint64_t next_due(const struct watch *watch) {
  uint64_t due = watch->look_due;
  for (size_t i = 0; i < watch->n_watchers; i++) {
    const struct registered *r = &watch->watchers[i];
    if (r->watcher->tick && r->watcher->interval_ms && !r->failed && r->due < due)
      due = r->due;
  }
  return due;
}

static void watcher_tick_if_due(struct watch *watch, struct registered *r, uint64_t now) {
  uint64_t interval = (uint64_t)r->watcher->interval_ms * 1000000;
  if (!interval || r->due > now)
    return;
  r->due += (now - r->due) / interval * interval + interval;
  watcher_call(watch, r, r->watcher->tick);
}

static void watch_turn(struct watch *watch) {
  uint64_t now = watch_elapsed(watch);
  watch->processes.moment++;
  look_regularly(watch, now);
  for (size_t i = 0; i < watch->n_watchers; i++)
    watcher_tick_if_due(watch, &watch->watchers[i], now);
}

static void drain(int fd) {
  struct signalfd_siginfo info;
  while (fd >= 0 && read(fd, &info, sizeof(info)) > 0)
    ;
}

static void wait_for_something(struct watch *watch) {
  uint64_t now = watch_elapsed(watch), due = next_due(watch);
  uint64_t ms = due > now ? (due - now + 999999) / 1000000 : 0;
  int most = watch->fds[0].fd >= 0 ? INT_MAX : BLIND_MS;
  if (poll(watch->fds, watch->n_fds, ms < (uint64_t)most ? (int)ms : most) <= 0)
    return;
  if (watch->fds[0].revents)
    drain(watch->fds[0].fd);
  for (nfds_t i = 1; i < watch->n_fds; i++) {
    struct pollfd ready = watch->fds[i];
    struct registered *r = &watch->watchers[watch->owner[i]];
    watch->fds[i].revents = 0;
    if (ready.revents && r->watcher->ready && !r->failed)
      watcher_failed(r, r->watcher->ready(r->context, watch, ready.fd, ready.revents));
  }
}

static void watch_begin(struct watch *watch, pid_t program) {
  watch->program = program;
  watch->begun = (uint64_t)monotonic_ns();
  for (size_t i = 0; i < watch->n_watchers; i++)
    watch->watchers[i].due = (uint64_t)watch->watchers[i].watcher->interval_ms * 1000000;
  for (size_t i = 0; i < watch->n_watchers; i++)
    watcher_call(watch, &watch->watchers[i], watch->watchers[i].watcher->start);
}

static void watch_end(struct watch *watch) {
  watch->ended = true;
  watch->processes.moment++;
  look_at_processes(watch, true);
  for (size_t i = 0; i < watch->n_watchers; i++)
    watcher_call(watch, &watch->watchers[i], watch->watchers[i].watcher->finish);
}

int watch_wait(struct watch *watch, pid_t program) {
  if (!watch->n_watchers)
    return launch_wait(program);
  sigset_t child, mask;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  sigprocmask(SIG_BLOCK, &child, &mask);
  watch->fds[0] = (struct pollfd){signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK), POLLIN, 0};
  launch_watch_signals(program);
  watch_begin(watch, program);
  while (!launch_has_ended(program, &watch->wait_status)) {
    wait_for_something(watch);
    watch_turn(watch);
  }
  watch_end(watch);
  if (watch->fds[0].fd >= 0)
    close(watch->fds[0].fd);
  sigprocmask(SIG_SETMASK, &mask, NULL);
  return launch_status(watch->wait_status);
}

/* Descriptor 0 is an eventfd, which wakes the thread when it is to end. */
static void *aside_run(void *context) {
  struct watch *watch = context;
  while (!atomic_load(&watch->aside_ends)) {
    wait_for_something(watch);
    watch_turn(watch);
  }
  return NULL;
}

void watch_begin_aside(struct watch *watch, pid_t program) {
  int fd = watch->n_watchers ? eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) : -1;
  if (fd < 0)
    return;
  watch->fds[0] = (struct pollfd){fd, POLLIN, 0};
  watch_begin(watch, program);
  watch->is_aside = thread_start(&watch->thread, aside_run, watch) == 0;
  if (!watch->is_aside)
    watch_end(watch);
}

void watch_end_aside(struct watch *watch) {
  if (!watch->is_aside)
    return;
  atomic_store(&watch->aside_ends, true);
  (void)!write(watch->fds[0].fd, &(uint64_t){1}, sizeof(uint64_t));
  pthread_join(watch->thread, NULL);
  watch->is_aside = false;
  watch_end(watch);
  close(watch->fds[0].fd);
}

pid_t watch_program(const struct watch *watch) {
  return watch->program;
}

const char *watch_folder(const struct watch *watch) {
  return watch->settings.folder;
}

const struct watch_settings *watch_settings(const struct watch *watch) {
  return &watch->settings;
}

bool watch_has_ended(const struct watch *watch) {
  return watch->ended;
}

int watch_wait_status(const struct watch *watch) {
  return watch->wait_status;
}

uint64_t watch_elapsed(const struct watch *watch) {
  return (uint64_t)monotonic_ns() - watch->begun;
}

bool watch_needs(const struct watch *watch, struct process *process) {
  for (size_t i = 0; i < watch->n_watchers; i++) {
    const struct registered *r = &watch->watchers[i];
    if (r->watcher->needs && !r->failed && r->watcher->needs(r->context, watch, process))
      return true;
  }
  return false;
}

void watch_forget(struct watch *watch, struct process *process) {
  process_list_forget(&watch->processes, process);
}

const struct process_list *watch_processes(const struct watch *watch) {
  return &watch->processes;
}

struct error *watch_each_live(struct watch *watch, void *context, watch_process_fn *function) {
  struct error *err = NULL;
  for (size_t i = 0; !err && i < watch->processes.count; i++)
    if (process_is_live(watch->processes.data[i]))
      err = function(context, watch, watch->processes.data[i]);
  return err;
}

const struct heap_stats *watch_stats(const struct watch *watch, struct process *process) {
  return process_stats(&watch->processes, process);
}

void watch_note(struct watch *watch, struct process *process, const char *what) {
  for (size_t i = 0; i < watch->n_watchers; i++)
    if (watch->watchers[i].watcher->noted && !watch->watchers[i].failed)
      watch->watchers[i].watcher->noted(watch->watchers[i].context, watch, process, what);
}

static size_t index_of(const struct watch *watch, const void *context) {
  size_t i = 0;
  while (watch->watchers[i].context != context)
    i++;
  return i;
}

void **watch_data(const struct watch *watch, const void *context, struct process *process) {
  return &process->data[index_of(watch, context)];
}

struct error *watch_free_data(void *context, struct watch *watch, struct process *process) {
  void **data = watch_data(watch, context, process);
  free(*data);
  *data = NULL;
  return NULL;
}

struct error *watch_free_all(void *context, struct watch *watch) {
  return watch_each_live(watch, context, watch_free_data);
}

void watch_tick_after(struct watch *watch, const void *context, int ms) {
  watch->watchers[index_of(watch, context)].due = watch_elapsed(watch) + (uint64_t)ms * 1000000;
}

static nfds_t place_of_fd(const struct watch *watch, int fd) {
  nfds_t i = 1;
  while (i < watch->n_fds && watch->fds[i].fd != fd)
    i++;
  return i;
}

bool watch_poll(struct watch *watch, const void *context, int fd, short events) {
  nfds_t i = place_of_fd(watch, fd);
  if (i == watch->n_fds)
    i = place_of_fd(watch, -1);
  if (i == 1 + WATCH_MOST_FDS)
    return false;
  /* Places are used again, not moved: this may be called from `ready`. */
  watch->fds[i] = (struct pollfd){events ? fd : -1, events, 0};
  watch->owner[i] = index_of(watch, context);
  if (i == watch->n_fds)
    watch->n_fds++;
  return true;
}
