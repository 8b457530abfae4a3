/* The thread that makes profiles, one at a time, while the server's own thread goes on answering.
 *
 * Requests for the same thing that wait at the same time share one answer. A request with ?seconds
 * comes by twice: for the profile at its beginning and for the one at its end. */
#pragma once

#include "http/profiles.h"
#include "http/request.h"
#include "http/source.h"

struct http_job {
  struct http_request request;
  struct http_answer answer; /* complete once `done` was called */
  void *context;             /* the submitter's */

  /* Private. */
  struct http_job *next;
  int64_t due; /* ms of CLOCK_MONOTONIC */
  struct http_capture earlier;
};
void http_job_deinit(struct http_job *job);

struct http_worker;

/* `done` is called with each finished job, from the worker's thread. */
struct error *http_worker_create(const struct http_sources *sources,
                                 void (*done)(struct http_job *job), struct http_worker **ret);

/* The job stays the caller's, who must keep it until `done` was called. Of a worker that was
 * stopped, `done` is called at once. */
void http_worker_submit(struct http_worker *worker, struct http_job *job);

/* Answers what is unfinished with 503 and ends the thread; jobs may still be submitted. */
void http_worker_stop(struct http_worker *worker);
void http_worker_destroy(struct http_worker *worker);
