#include "cli/watch/watch.h"

#include "base/clock.h"
#include "cli/line/message.h"
#include "cli/session/launch.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* How often it is looked who has come and gone. */
#define LOOK_NS 1000000000ull
/* How long the program's end may go unnoticed where the kernel has no descriptor for us. */
enum { BLIND_MS = 50 };

struct registered {
  const struct watcher *watcher;
  void *context;
  bool failed;
  uint64_t due; /* watch_elapsed of the next tick */
};

struct watch {
  struct watch_settings settings;
  struct registered watchers[WATCHED_SLOTS];
  size_t n_watchers;
  struct watched_list processes;
  pid_t program;
  int wait_status;
  bool ended;
  uint64_t begun, look_due;
  struct pollfd fds[1 + WATCH_MOST_FDS]; /* [0] tells of the program */
  size_t owner[1 + WATCH_MOST_FDS];
  nfds_t n_fds;
};

struct error *watch_create(const struct watch_settings *settings, struct watch **ret) {
  struct watch *watch = calloc(1, sizeof(*watch));
  if (!watch)
    return &error_no_memory;
  watch->settings = *settings;
  watched_list_init(&watch->processes, settings->folder);
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
  watched_list_deinit(&watch->processes);
  free(watch);
}

struct error *watch_add(struct watch *watch, const struct watcher *watcher, void *context) {
  if (watch->n_watchers == WATCHED_SLOTS)
    return error_create(ERROR_OTHER, "%s: too many things to watch", watcher->name);
  watch->watchers[watch->n_watchers++] = (struct registered){watcher, context, false, 0};
  return NULL;
}

bool watch_is_idle(const struct watch *watch) {
  return !watch->n_watchers;
}

static void check(struct registered *r, struct error *err) {
  if (!err)
    return;
  message("%s: %s; going on without it", r->watcher->name, err->message);
  error_destroy(err);
  r->failed = true;
}

/* Calls a function of each watcher `r` that has it, with `arguments` in their parentheses. */
#define EACH(watch, function, arguments)                                                           \
  for (struct registered *r = (watch)->watchers; r < (watch)->watchers + (watch)->n_watchers; r++) \
    if (r->watcher->function && !r->failed)                                                        \
  check(r, r->watcher->function arguments)

static void came(void *context, struct watched *process) {
  struct watch *watch = context;
  EACH(watch, came, (r->context, watch, process));
}

static void went(void *context, struct watched *process) {
  struct watch *watch = context;
  EACH(watch, went, (r->context, watch, process));
}

static void look(struct watch *watch, bool who_went) {
  static const struct watched_events events = {came, went};
  error_destroy(watched_list_look(&watch->processes, who_went, &events, watch)); /* next time */
}

/* The first second is full of news. */
static void look_regularly(struct watch *watch, uint64_t now) {
  uint64_t interval = now < LOOK_NS ? LOOK_NS / 10 : LOOK_NS;
  look(watch, watch->look_due <= now);
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

/* Ticks that were missed, while the program was stopped for one, are left out. */
static void tick(struct watch *watch, struct registered *r, uint64_t now) {
  uint64_t interval = (uint64_t)r->watcher->interval_ms * 1000000;
  if (!r->watcher->tick || !interval || r->failed || r->due > now)
    return;
  r->due += (now - r->due) / interval * interval + interval;
  check(r, r->watcher->tick(r->context, watch));
}

static void tick_all(struct watch *watch) {
  uint64_t now = watch_elapsed(watch);
  watch->processes.moment++;
  look_regularly(watch, now);
  for (size_t i = 0; i < watch->n_watchers; i++)
    tick(watch, &watch->watchers[i], now);
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
      check(r, r->watcher->ready(r->context, watch, ready.fd, ready.revents));
  }
}

static void begin(struct watch *watch, pid_t program) {
  watch->program = program;
  watch->begun = (uint64_t)monotonic_ns();
  for (size_t i = 0; i < watch->n_watchers; i++)
    watch->watchers[i].due = (uint64_t)watch->watchers[i].watcher->interval_ms * 1000000;
  EACH(watch, start, (r->context, watch));
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
  begin(watch, program);
  while (!launch_has_ended(program, &watch->wait_status)) {
    wait_for_something(watch);
    tick_all(watch);
  }
  watch->ended = true;
  watch->processes.moment++;
  look(watch, true);
  EACH(watch, finish, (r->context, watch));
  if (watch->fds[0].fd >= 0)
    close(watch->fds[0].fd);
  sigprocmask(SIG_SETMASK, &mask, NULL);
  return launch_status(watch->wait_status);
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

const struct watched_list *watch_processes(const struct watch *watch) {
  return &watch->processes;
}

const struct heap_stats *watch_stats(const struct watch *watch, struct watched *process) {
  return watched_stats(&watch->processes, process);
}

void watch_note(struct watch *watch, struct watched *process, const char *what) {
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

void **watch_slot(const struct watch *watch, const void *context, struct watched *process) {
  return &process->slot[index_of(watch, context)];
}

static nfds_t slot_of_fd(const struct watch *watch, int fd) {
  nfds_t i = 1;
  while (i < watch->n_fds && watch->fds[i].fd != fd)
    i++;
  return i;
}

bool watch_poll(struct watch *watch, const void *context, int fd, short events) {
  nfds_t i = slot_of_fd(watch, fd);
  if (i == watch->n_fds)
    i = slot_of_fd(watch, -1);
  if (i == 1 + WATCH_MOST_FDS)
    return false;
  /* Slots are used again, not moved: this may be called from `ready`. */
  watch->fds[i] = (struct pollfd){events ? fd : -1, events, 0};
  watch->owner[i] = index_of(watch, context);
  if (i == watch->n_fds)
    watch->n_fds++;
  return true;
}
