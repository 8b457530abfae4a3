/* Profiles as net/http/pprof answers them, from a recording or a profile's file. */
#pragma once

#include "http/request.h"
#include "http/source.h"
#include "model/profile.h"

/* A profile as it was read: not symbolized. */
struct http_capture {
  struct profile *profile;
  uint64_t image; /* when its process image began to be recorded; 0 for a file */
  /* For a recording only. */
  int64_t start_nanos; /* since the epoch, of the recording's beginning */
  char *program;       /* as recording_program has it; untrusted; owned */
  bool is_live;
};

/* Reads what a request for HTTP_HEAP or HTTP_ALLOCS asks for, as it is now. As in Go's runtime,
 * time_nanos is now and duration_nanos 0, because Parca takes a profile with a duration for a
 * difference. */
struct error *http_capture_read(const struct http_sources *sources,
                                const struct http_request *request, struct http_capture *ret);
void http_capture_deinit(struct http_capture *capture);

/* later - earlier, into `later`. ERROR_BAD_INPUT if the process executed another program between.
 */
struct error *http_capture_subtract(struct http_capture *later, struct http_capture *earlier);

/* Symbolizes and encodes it, or writes Go's text with ?debug=1, into the answer. */
struct error *http_capture_answer(struct http_capture *capture, const struct http_request *request,
                                  struct http_answer *answer);
