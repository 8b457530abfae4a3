/* One recording at a time is with the thread, which begins and ends with it. The main thread keeps
 * the tally and alone decides what comes next:
 *
 *   went    the process is noted, the oldest first
 *   tick    while too many are kept, the oldest that nobody needs goes to a thread
 *   ready   the thread is done: its profile is counted, its process forgotten, and the next one
 *           goes
 *
 * An error leaves the recording for the end, which reports it. */
#include "cli/watch/ended.h"

#include "base/cleanup.h"
#include "base/thread.h"
#include "cli/session/oom.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum {
  TICK_MS = 1000,
  MOST_KEPT = 256, /* recordings */
  FOLDER_SHARE = 4 /* and at most such a part of their file system */
};

struct ended {
  struct process *process;
  uint64_t size; /* bytes on disk */
};

/* The recording that is with the thread. Its first five members are set before the thread begins. */
struct job {
  pid_t pid;
  unsigned generation;
  const char *folder;
  struct collect_options options;
  char *killed; /* the options'; owned */
  enum collect_outcome outcome;
  struct error *err;
  struct collected collected;
};

static struct {
  VECTOR(struct ended) kept;
  uint64_t size, most_size; /* of all that are kept */
  struct collect_tally tally;
  struct job job;
  size_t at; /* the job's place in `kept` */
  pthread_t thread;
  bool busy; /* the thread runs, or waits to be joined */
  int fd;    /* of an eventfd, by which the thread says that it is done; -1: none yet */
} self = {.fd = -1};

static void *collect_job(void *context) {
  struct job *job = context;
  job->err = collect_child(job->folder, job->pid, job->generation, &job->options, &job->outcome,
                           &job->collected);
  eventfd_write(self.fd, 1);
  return NULL;
}

static bool too_many(void) {
  return self.kept.count > MOST_KEPT || self.size > self.most_size;
}

static void kept_remove(size_t i) {
  self.size -= self.kept.data[i].size;
  self.kept.count--;
  memmove(&self.kept.data[i], &self.kept.data[i + 1],
          (self.kept.count - i) * sizeof(*self.kept.data));
}

static bool may_go(const struct watch *watch, struct process *process) {
  return kill(process->pid, 0) < 0 && errno == ESRCH && !watch_needs(watch, process);
}

/* The place of the oldest from `from` on that may go, or the number of those kept. */
static size_t next_to_go(const struct watch *watch, size_t from) {
  while (from < self.kept.count && !may_go(watch, self.kept.data[from].process))
    from++;
  return from;
}

static struct error *open_eventfd(struct watch *watch) {
  if (self.fd >= 0)
    return NULL;
  self.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (self.fd < 0 || !watch_poll(watch, &self, self.fd, POLLIN))
    return error_system(self.fd < 0 ? errno : EMFILE, "cannot wait for a thread");
  return NULL;
}

/* The comment on the kernel's kills is that of this moment: the child has just ended. */
static struct error *job_begin(struct watch *watch, size_t at) {
  const struct watch_settings *settings = watch_settings(watch);
  const struct process *process = self.kept.data[at].process;
  struct error *err = open_eventfd(watch);
  self.job = (struct job){
      .pid = process->pid, .generation = process->generation, .folder = settings->folder};
  self.at = at;
  if (!err)
    err = oom_end(settings->oom, true, &self.job.killed);
  if (err)
    return err;
  self.job.options = (struct collect_options){
      .output = settings->output, .symbolize = settings->symbolize, .killed = self.job.killed};
  int error = thread_start(&self.thread, collect_job, &self.job);
  self.busy = !error;
  return error ? error_system(error, "cannot start a thread") : NULL;
}

/* Counts the work of the thread, and returns the place of the next candidate. */
static size_t job_end(struct watch *watch) {
  struct job *job = &self.job;
  pthread_join(self.thread, NULL);
  self.busy = false;
  bool gone = !job->err && job->outcome != COLLECT_LATER;
  if (gone) {
    watch_forget(watch, self.kept.data[self.at].process);
    self.tally.glue += job->outcome == COLLECT_GLUE;
    if (job->outcome == COLLECT_PROFILE)
      collect_tally_other(&self.tally, &job->collected);
  }
  if (gone || job->err)
    kept_remove(self.at);
  error_destroy(job->err);
  free(job->killed);
  return gone || job->err ? self.at : self.at + 1;
}

static struct error *job_next(struct watch *watch, size_t from) {
  size_t at = self.busy || !too_many() ? self.kept.count : next_to_go(watch, from);
  return at < self.kept.count ? job_begin(watch, at) : NULL;
}

static struct error *ended_start(void *context, struct watch *watch) {
  struct statvfs fs;
  (void)context;
  self.most_size = statvfs(watch_folder(watch), &fs) < 0
                       ? UINT64_MAX
                       : (uint64_t)fs.f_blocks * fs.f_frsize / FOLDER_SHARE;
  return NULL;
}

static struct error *ended_went(void *context, struct watch *watch, struct process *process) {
  struct stat st;
  (void)context;
  if (process->pid == watch_program(watch) || watch_has_ended(watch))
    return NULL;
  struct ended ended = {process, stat(process->path, &st) < 0 ? 0 : (uint64_t)st.st_blocks * 512};
  if (VECTOR_PUSH(&self.kept, ended)) /* else it is collected at the end */
    self.size += ended.size;
  return NULL;
}

static struct error *ended_tick(void *context, struct watch *watch) {
  (void)context;
  return job_next(watch, 0);
}

static struct error *ended_ready(void *context, struct watch *watch, int fd, short events) {
  eventfd_t done;
  (void)context, (void)events;
  eventfd_read(fd, &done);
  return self.busy ? job_next(watch, job_end(watch)) : NULL;
}

/* The recordings that are left are collected with the main process's. */
static struct error *ended_finish(void *context, struct watch *watch) {
  (void)context;
  if (self.busy)
    job_end(watch);
  return NULL;
}

static void ended_destroy(void *context) {
  (void)context;
  VECTOR_DEINIT(&self.kept);
  if (self.fd >= 0)
    close(self.fd);
}

static const struct watcher watcher = {.name = "children that have ended",
                                       .interval_ms = TICK_MS,
                                       .start = ended_start,
                                       .went = ended_went,
                                       .tick = ended_tick,
                                       .ready = ended_ready,
                                       .finish = ended_finish,
                                       .destroy = ended_destroy};

void ended_take_tally(struct collect_tally *ret) {
  *ret = self.tally;
  self.tally = (struct collect_tally){0};
}

static struct error *ended_add(struct watch *watch) {
  return watch_settings(watch)->only_asked ? NULL : watch_add(watch, &watcher, &self);
}

const struct watcher_kind ended_kind = {.add = ended_add};
