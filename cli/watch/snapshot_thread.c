#include "cli/watch/snapshot_thread.h"

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/thread.h"
#include "cli/session/profile_name.h"
#include "load/load.h"
#include "model/totals.h"
#include "pprof/write_file.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>

struct queue {
  struct snapshot_job *first, **last;
};

struct snapshot_thread {
  pthread_t thread;
  pthread_mutex_t lock; /* of all below */
  pthread_cond_t changed;
  struct queue waiting, done;
  bool ending, joined;
  int fd; /* of an eventfd: jobs done */
};

static void queue_push(struct queue *queue, struct snapshot_job *job) {
  job->next = NULL;
  *queue->last = job;
  queue->last = &job->next;
}

static struct snapshot_job *queue_pop(struct queue *queue) {
  struct snapshot_job *job = queue->first;
  if (job && !(queue->first = job->next))
    queue->last = &queue->first;
  return job;
}

struct error *snapshot_job_create(const char *path, const char *reason, struct snapshot_job **ret) {
  struct snapshot_job *job = calloc(1, sizeof(*job));
  if (!job || !(job->reason = strdup(reason))) {
    free(job);
    return &error_no_memory;
  }
  struct error *err = recording_open(path, &job->recording);
  if (err) {
    snapshot_job_destroy(job);
    error_destroy(err);
    job = NULL;
  }
  *ret = job;
  return NULL;
}

void snapshot_job_destroy(struct snapshot_job *job) {
  recording_destroy(job->recording);
  error_destroy(job->err);
  free(job->reason);
  free(job->path);
  free(job);
}

static struct error *add_comment(struct profile *profile, const char *reason) {
  _cleanup_free_ char *comment = NULL;
  if (asprintf(&comment, "snapshot: %s", reason) < 0)
    comment = NULL;
  return comment ? profile_add_comment(profile, comment) : &error_no_memory;
}

static struct error *write_file(struct snapshot_job *job) {
  _cleanup_profile_ struct profile *profile = NULL;
  char *path = NULL;
  struct error *err = load_recording(job->recording, job->symbolize, &profile);
  if (!err)
    err = add_comment(profile, job->reason);
  if (!err)
    err = profile_name_number(job->output, job->with_pid, job->recording, job->number, &path);
  if (err)
    return err;
  err = pprof_write_file(profile, path);
  if (err) {
    unlink(path); /* the empty file that took the name */
    free(path);
    return err;
  }
  job->live_bytes = (uint64_t)profile_type_sum(profile, SAMPLE_INUSE_SPACE);
  job->path = path;
  return NULL;
}

static void *snapshot_thread_run(void *argument) {
  struct snapshot_thread *thread = argument;
  pthread_mutex_lock(&thread->lock);
  for (;;) {
    struct snapshot_job *job = queue_pop(&thread->waiting);
    if (!job && thread->ending)
      break;
    if (!job) {
      pthread_cond_wait(&thread->changed, &thread->lock);
      continue;
    }
    pthread_mutex_unlock(&thread->lock);
    job->err = write_file(job);
    recording_destroy(no_cleanup_ptr(job->recording)); /* large, and not needed any more */
    memory_give_back();
    pthread_mutex_lock(&thread->lock);
    queue_push(&thread->done, job);
    eventfd_write(thread->fd, 1);
  }
  pthread_mutex_unlock(&thread->lock);
  return NULL;
}

struct error *snapshot_thread_create(struct snapshot_thread **ret) {
  struct snapshot_thread *thread = calloc(1, sizeof(*thread));
  if (!thread)
    return &error_no_memory;
  pthread_mutex_init(&thread->lock, NULL);
  pthread_cond_init(&thread->changed, NULL);
  thread->waiting.last = &thread->waiting.first;
  thread->done.last = &thread->done.first;
  thread->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  int error = thread->fd < 0 ? errno : thread_start(&thread->thread, snapshot_thread_run, thread);
  if (error) {
    thread->joined = true;
    snapshot_thread_destroy(thread);
    return error_system(error, "cannot start a thread for snapshots");
  }
  *ret = thread;
  return NULL;
}

void snapshot_thread_push(struct snapshot_thread *thread, struct snapshot_job *job) {
  pthread_mutex_lock(&thread->lock);
  queue_push(&thread->waiting, job);
  pthread_cond_signal(&thread->changed);
  pthread_mutex_unlock(&thread->lock);
}

int snapshot_thread_fd(const struct snapshot_thread *thread) {
  return thread->fd;
}

struct snapshot_job *snapshot_thread_next_done(struct snapshot_thread *thread) {
  eventfd_t count;
  pthread_mutex_lock(&thread->lock);
  struct snapshot_job *job = queue_pop(&thread->done);
  if (!job)
    eventfd_read(thread->fd, &count);
  pthread_mutex_unlock(&thread->lock);
  return job;
}

void snapshot_thread_join(struct snapshot_thread *thread) {
  if (thread->joined)
    return;
  pthread_mutex_lock(&thread->lock);
  thread->ending = true;
  pthread_cond_signal(&thread->changed);
  pthread_mutex_unlock(&thread->lock);
  pthread_join(thread->thread, NULL);
  thread->joined = true;
}

void snapshot_thread_destroy(struct snapshot_thread *thread) {
  struct snapshot_job *job;
  if (!thread)
    return;
  snapshot_thread_join(thread);
  while ((job = queue_pop(&thread->done)))
    snapshot_job_destroy(job);
  if (thread->fd >= 0)
    close(thread->fd);
  pthread_cond_destroy(&thread->changed);
  pthread_mutex_destroy(&thread->lock);
  free(thread);
}
