#include "cli/watch/snapshots.h"

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "cli/line/message.h"
#include "cli/watch/snapshot_thread.h"
#include "model/unit.h"

#include <string.h>
#include <unistd.h>

/* How many files of each process image are kept; 0: all. */
static int64_t keep;

static const struct option_spec specs[] = {
    {.name = "keep",
     .argument = "N",
     .help = "Keep of each process's snapshots the largest and the N - 1 newest others; remove the "
             "rest (default: keep all)",
     .kind = OPTION_INTEGER,
     .value = &keep,
     .min = 2,
     .max = 1000000},
    {0},
};
static const struct option_group options = {.title = SNAPSHOTS_TITLE, .options = specs};

/* Each job that waits holds a copy of a recording. */
enum { MOST_WAITING = 32 };

struct kept {
  char *path; /* owned */
  uint64_t live_bytes;
};

/* The files of one process image; lives until the end, for jobs may be under way when it goes. */
struct series {
  pid_t pid;
  unsigned taken;
  unsigned next_number; /* the thread's */
  VECTOR(struct kept) kept;
};

static struct snapshots {
  struct snapshot_thread *thread; /* NULL until the first snapshot */
  VECTOR(struct series *) all;
  unsigned waiting; /* jobs at the thread */
  bool added;
} self;

static void series_destroy(struct series *series) {
  for (size_t i = 0; i < series->kept.count; i++)
    free(series->kept.data[i].path);
  VECTOR_DEINIT(&series->kept);
  free(series);
}

static struct error *series_of(struct watch *watch, struct process *process, struct series **ret) {
  struct series **known = (struct series **)watch_data(watch, &self, process);
  if (!*known) {
    struct series *series = calloc(1, sizeof(*series));
    if (!series || !VECTOR_PUSH(&self.all, series)) {
      free(series);
      return &error_no_memory;
    }
    *series = (struct series){.pid = process->pid, .next_number = 1};
    *known = series;
  }
  *ret = *known;
  return NULL;
}

static size_t largest(const struct series *series) {
  size_t best = 0;
  for (size_t i = 1; i < series->kept.count; i++)
    if (series->kept.data[i].live_bytes > series->kept.data[best].live_bytes)
      best = i;
  return best;
}

/* Only files that this run made are removed. They are in the order of their age. */
static void remove_surplus(struct series *series) {
  while (keep && series->kept.count > (size_t)keep) {
    size_t i = largest(series) == 0;
    unlink(series->kept.data[i].path);
    free(series->kept.data[i].path);
    series->kept.count--;
    memmove(&series->kept.data[i], &series->kept.data[i + 1],
            (series->kept.count - i) * sizeof(*series->kept.data));
  }
}

static void report_job(const struct snapshot_job *job, bool quiet) {
  _cleanup_strbuf_ struct strbuf size = STRBUF_INIT;
  unit_format(&size, (double)job->live_bytes, "bytes", NULL);
  if (!quiet && !strbuf_failed(&size))
    message("snapshot of process %d, %s: live %s, in %s", job->pid, job->reason, size.data,
            job->path);
}

/* A job that the thread has done. */
static void finish_job(struct watch *watch, struct snapshot_job *job) {
  struct series *series = job->series;
  self.waiting--;
  if (job->err)
    message("snapshot of process %d, %s: %s", job->pid, job->reason, job->err->message);
  else
    report_job(job, watch_settings(watch)->quiet);
  if (job->path && VECTOR_PUSH(&series->kept, ((struct kept){strdup(job->path), job->live_bytes})))
    remove_surplus(series);
  struct snapshot snapshot = {job->pid, job->path, job->reason, job->live_bytes};
  if (job->done)
    job->done(job->context, watch, &snapshot);
  snapshot_job_destroy(job);
}

static void finish_jobs(struct watch *watch) {
  struct snapshot_job *job;
  while ((job = snapshot_thread_next_done(self.thread)))
    finish_job(watch, job);
}

static struct error *snapshots_ready(void *context, struct watch *watch, int fd, short events) {
  (void)context, (void)fd, (void)events;
  finish_jobs(watch);
  return NULL;
}

static struct error *snapshots_finish(void *context, struct watch *watch) {
  (void)context;
  if (self.thread) {
    snapshot_thread_join(self.thread);
    finish_jobs(watch);
  }
  return NULL;
}

static void snapshots_destroy(void *context) {
  (void)context;
  snapshot_thread_destroy(self.thread);
  for (size_t i = 0; i < self.all.count; i++)
    series_destroy(self.all.data[i]);
  VECTOR_DEINIT(&self.all);
}

static const struct watcher watcher = {.name = "snapshots",
                                       .ready = snapshots_ready,
                                       .finish = snapshots_finish,
                                       .destroy = snapshots_destroy};

struct error *snapshots_add(struct watch *watch) {
  if (self.added)
    return NULL;
  self.added = true;
  return watch_add(watch, &watcher, &self);
}

static struct error *begin_thread(struct watch *watch) {
  if (self.thread)
    return NULL;
  struct error *err = snapshot_thread_create(&self.thread);
  if (!err)
    watch_poll(watch, &self, snapshot_thread_fd(self.thread), POLLIN);
  return err;
}

struct error *snapshots_take(struct watch *watch, struct process *process, const char *reason,
                             snapshot_done_fn *done, void *context) {
  const struct watch_settings *settings = watch_settings(watch);
  struct series *series;
  struct snapshot_job *job;
  if (self.waiting == MOST_WAITING) {
    message("snapshot of process %d, %s: left out, because %d others wait to be written",
            process->pid, reason, MOST_WAITING);
    return NULL;
  }
  struct error *err = begin_thread(watch);
  if (!err)
    err = series_of(watch, process, &series);
  if (!err)
    err = snapshot_job_create(process->path, reason, &job);
  if (err || !job)
    return err;
  job->pid = process->pid;
  job->output = settings->output;
  job->symbolize = settings->symbolize;
  job->with_pid = process->pid != watch_program(watch);
  job->series = series;
  job->number = &series->next_number;
  job->done = done;
  job->context = context;
  self.waiting++;
  watch_note(watch, process, reason);
  snapshot_thread_push(self.thread, job);
  return NULL;
}

static struct error *snapshots_check(void) {
  if (!keep || self.added)
    return NULL;
  return error_create(ERROR_BAD_INPUT, "--keep: nothing takes snapshots; give --every, "
                                       "--on-growth, --on-peak, --limit or --limit-rss, too");
}

const struct watcher_kind snapshots_kind = {.options = &options, .check = snapshots_check};
