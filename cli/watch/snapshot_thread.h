/* The thread that turns copies of recordings into files, one after the other. Private to
 * cli/watch/snapshots.c.
 *
 * Jobs go in and come back in one order. The thread has all signals blocked and touches nothing but
 * its job. */
#pragma once

#include "cli/watch/snapshots.h"
#include "recording/recording.h"

struct snapshot_job {
  pid_t pid;
  struct recording *recording; /* the copy */
  char *reason;
  const char *output; /* pattern */
  bool symbolize, with_pid;
  unsigned *number; /* the series' next; the thread's alone */
  void *series;
  snapshot_done_fn *done;
  void *context;

  /* The result. */
  char *path; /* NULL with err */
  uint64_t live_bytes;
  struct error *err;
  struct snapshot_job *next;
};

/* *ret is NULL when there is no whole recording at `path` any more. */
struct error *snapshot_job_create(const char *path, const char *reason, struct snapshot_job **ret);
void snapshot_job_destroy(struct snapshot_job *job);

struct snapshot_thread;
struct error *snapshot_thread_create(struct snapshot_thread **ret);

/* Takes over the job. */
void snapshot_thread_push(struct snapshot_thread *thread, struct snapshot_job *job);

/* Readable when a job is done. */
int snapshot_thread_fd(const struct snapshot_thread *thread);

/* The next job that is done, which the caller owns from now on; NULL while no job is done. */
struct snapshot_job *snapshot_thread_next_done(struct snapshot_thread *thread);

/* Waits until all jobs are done, and ends the thread. */
void snapshot_thread_join(struct snapshot_thread *thread);
void snapshot_thread_destroy(struct snapshot_thread *thread);
