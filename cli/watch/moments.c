/* The loop says which processes are due; a thread reads their recordings, one after the other. The
 * loop does not wait for it: while the thread is busy nothing is due. Moments are in the keeping of
 * cli/session/kept_moments.h, from where they go into the profiles. */
#include "cli/watch/moments.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/thread.h"
#include "cli/session/kept_moments.h"
#include "proc/process.h"

#include <string.h>

enum { LONGEST_MS = 250 }; /* between two ticks */

static bool asked;

static const struct option_spec specs[] = {
    {.name = "history",
     .help = "Keep in the profile what each stack had at up to 200 moments of the run: the page "
             "then has a chart over time, and answers for a part of the run (--page does the same)",
     .kind = OPTION_FLAG,
     .value = &asked},
    {0},
};
static const struct option_group options = {.title = "While it runs", .options = specs};

static struct {
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t changed;
  VECTOR(char *) paths;       /* of recordings, owned; the main thread's while `busy` is false */
  bool started, busy, ending; /* `lock` protects these */
} self = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

void moments_ask(void) {
  asked = true;
}

bool moments_are_asked(void) {
  return asked;
}

static uint64_t age_at(const struct recording *recording, uint64_t now) {
  return now > recording->header.start_monotonic ? now - recording->header.start_monotonic : 0;
}

static uint64_t age_of(const struct recording *recording) {
  return age_at(recording, (uint64_t)monotonic_ns());
}

/* The moment is that before the reading: the birth times of blocks lag behind by the coarse clock. */
static void take_look(const char *path) {
  _cleanup_recording_ struct recording *recording = NULL;
  uint64_t now = (uint64_t)monotonic_ns();
  uint64_t begun = thread_cpu_ns(), rss = 0;
  _cleanup_error_ struct error *gone = recording_open_sites(path, &recording);
  if (gone)
    return;
  (void)process_resident(recording->pid, &rss);
  kept_moments_add(recording, age_at(recording, now), rss, thread_cpu_ns() - begun);
}

static void *looks_run(void *context) {
  (void)context;
  pthread_mutex_lock(&self.lock);
  for (;;) {
    while (!self.busy && !self.ending)
      pthread_cond_wait(&self.changed, &self.lock);
    if (self.ending)
      break;
    pthread_mutex_unlock(&self.lock);
    for (size_t i = 0; i < self.paths.count; i++) {
      take_look(self.paths.data[i]);
      free(self.paths.data[i]);
    }
    self.paths.count = 0;
    pthread_mutex_lock(&self.lock);
    self.busy = false;
  }
  pthread_mutex_unlock(&self.lock);
  return NULL;
}

static struct error *moments_start(void *context, struct watch *watch) {
  (void)context, (void)watch;
  int error = thread_start(&self.thread, looks_run, NULL);
  self.started = !error;
  return error ? error_system(error, "cannot start a thread") : NULL;
}

static struct error *look_if_due(void *context, struct watch *watch, struct process *process) {
  (void)context, (void)watch;
  if (!process->open || !kept_moments_due(process->pid, process->generation, age_of(process->open)))
    return NULL;
  char *path = strdup(process->path);
  if (path && VECTOR_PUSH(&self.paths, path))
    return NULL;
  free(path);
  return &error_no_memory;
}

static struct error *moments_tick(void *context, struct watch *watch) {
  pthread_mutex_lock(&self.lock);
  bool busy = self.busy;
  pthread_mutex_unlock(&self.lock);
  uint64_t pause = watch_elapsed(watch) / 1000000 / (2 * MOMENTS_MOST);
  watch_tick_after(watch, context,
                   pause < MOMENTS_FIRST_MS ? MOMENTS_FIRST_MS
                   : pause < LONGEST_MS     ? (int)pause
                                            : LONGEST_MS);
  if (busy)
    return NULL;
  struct error *err = watch_each_live(watch, context, look_if_due);
  pthread_mutex_lock(&self.lock);
  self.busy = self.paths.count > 0;
  pthread_cond_signal(&self.changed);
  pthread_mutex_unlock(&self.lock);
  return err;
}

static struct process *live_process(const struct watch *watch, uint32_t pid) {
  const struct process_list *list = watch_processes(watch);
  for (size_t i = 0; i < list->count; i++)
    if ((uint32_t)list->data[i]->pid == pid && process_is_live(list->data[i]))
      return list->data[i];
  return NULL;
}

/* A new process is marked in its parent's time. */
static struct error *moments_came(void *context, struct watch *watch, struct process *process) {
  (void)context;
  char text[32];
  struct process *parent = live_process(watch, process->open->header.parent_pid);
  kept_moments_begin(process->open);
  snprintf(text, sizeof(text), "process %d", process->pid);
  if (parent && parent != process && parent->open && !process->generation)
    kept_moments_mark(parent->pid, parent->generation, age_of(parent->open), MARK_FORK, text);
  return NULL;
}

static void moments_noted(void *context, struct watch *watch, struct process *process,
                          const char *what) {
  (void)context, (void)watch;
  if (process->open)
    kept_moments_mark(process->pid, process->generation, age_of(process->open), MARK_SNAPSHOT,
                      what);
}

static struct error *moments_finish(void *context, struct watch *watch) {
  (void)context, (void)watch;
  pthread_mutex_lock(&self.lock);
  self.ending = true;
  pthread_cond_signal(&self.changed);
  pthread_mutex_unlock(&self.lock);
  if (self.started)
    pthread_join(self.thread, NULL);
  return NULL;
}

static void moments_destroy(void *context) {
  (void)context;
  for (size_t i = 0; i < self.paths.count; i++)
    free(self.paths.data[i]);
  VECTOR_DEINIT(&self.paths);
}

static const struct watcher watcher = {.name = "--history",
                                       .can_be_aside = true,
                                       .interval_ms = MOMENTS_FIRST_MS,
                                       .start = moments_start,
                                       .came = moments_came,
                                       .tick = moments_tick,
                                       .noted = moments_noted,
                                       .finish = moments_finish,
                                       .destroy = moments_destroy};

static struct error *moments_watch(struct watch *watch) {
  return asked ? watch_add(watch, &watcher, &self) : NULL;
}

const struct watcher_kind moments_kind = {.options = &options, .add = moments_watch};
