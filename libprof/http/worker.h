/* The thread that makes profiles, one at a time, for the threads of the connections.
 *
 * Requests for the same thing that wait at the same time share one answer. A request with ?seconds
 * comes by twice: for the profile at its beginning and for the one at its end. */
#pragma once

#include "http/profiles.h"
#include "http/request.h"
#include "http/source.h"

#include <semaphore.h>

struct http_job {
  struct http_request request;
  struct http_answer answer;
  int socket; /* of the client, to see that it has gone */

  /* Private. */
  sem_t done;
  struct http_job *next;
  int64_t due; /* ms of CLOCK_MONOTONIC */
  struct http_capture earlier;
};
void http_job_deinit(struct http_job *job);

struct http_worker;

struct error *http_worker_create(const struct http_sources *sources, struct http_worker **ret);

/* Waits for the job's answer: as long as ?seconds says, and until others are served. Any thread. */
void http_worker_answer(struct http_worker *worker, struct http_job *job);

/* Answers what is unfinished with 503 and ends the thread; jobs that still come get the same. */
void http_worker_stop(struct http_worker *worker);
void http_worker_destroy(struct http_worker *worker);
