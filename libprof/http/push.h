/* Profiles pushed to a Pyroscope server, one for each process and interval: POST URL/ingest with
 * name, from, until, format=pprof, and the profile as the body (grafana.com/docs/pyroscope, Server
 * HTTP API).
 *
 * A profile has the allocations of its interval and the live memory at its end. A server adds up
 * the former and shows the latter as it is. Profiles that cannot be sent wait in a queue on disk
 * (http/push_queue.h) and are tried again, with longer and longer pauses. A thread with all signals
 * blocked does all this. */
#pragma once

#include "base/error.h"
#include "base/vector.h"
#include "http/source.h"

#include <stdint.h>

struct push_options {
  const char *url;  /* "http://host:4040", with or without /ingest; may hold USER:PASSWORD@ */
  const char *name; /* of the application; NULL: the program's, with a label pid */
  const char *const *headers; /* n_headers of "Name: value" */
  size_t n_headers;
  int64_t interval_ms;
  void (*say)(const char *text); /* one line for the user; from the thread */
};

struct push;

/* Checks the URL, and that there is a queue for it; nothing runs yet. ERROR_BAD_INPUT,
 * ERROR_CANNOT. */
struct error *push_create(const struct push_options *options, struct push **ret);

/* From here on what `sources` lists is pushed. */
struct error *push_start(struct push *push, const struct http_sources *sources);

/* How many times the profiles of all processes have been made. The
 * last profile of a process that ended at count n is made once the count is n + 2: the one that was
 * being made then may be without it.
 * From any thread. */
unsigned push_rounds(const struct push *push);

/* Pushes what has happened since, gives the server a last moment, and ends the thread. */
void push_finish(struct push *push);
void push_destroy(struct push *push); /* NULL is fine */
