#include "http/profiles.h"

#include "base/cleanup.h"
#include "http/page.h"
#include "load/load.h"
#include "model/sample_types.h"
#include "pprof/encode.h"
#include "pprof/read_file.h"
#include "recording/delta.h"
#include "recording/profile.h" /* subtract */
#include "recording/writer.h"
#include "report/heap_text.h"

#include <string.h>

void http_capture_deinit(struct http_capture *capture) {
  profile_destroy(capture->profile);
  free(capture->program);
  *capture = (struct http_capture){0};
}

static struct error *read_recording(const struct http_source *source, struct http_capture *ret) {
  _cleanup_recording_ struct recording *recording = NULL;
  struct error *err = load_open(source->path, source->pid, &recording, &ret->profile);
  if (err)
    return err;
  ret->image = recording->header.start_monotonic;
  ret->is_live = recording_has_writer(recording);
  ret->program = strdup(recording_program(recording));
  ret->start_nanos = ret->profile->time_nanos;
  ret->profile->time_nanos += ret->profile->duration_nanos;
  ret->profile->duration_nanos = 0;
  return ret->program ? NULL : &error_no_memory;
}

static struct error *read_source(const struct http_source *source, struct http_capture *ret) {
  return source->is_profile ? pprof_read_file(source->path, &ret->profile)
                            : read_recording(source, ret);
}

struct error *http_capture_read(const struct http_sources *sources,
                                const struct http_request *request, struct http_capture *ret) {
  struct http_source source;
  struct error *err = http_source_find(sources, request->pid, request->file, &source);
  if (err)
    return err;
  if (source.is_profile && request->seconds)
    err = error_create(ERROR_BAD_INPUT, "a file does not change: there is no \"seconds\" of it");
  struct http_capture capture = {0};
  if (!err)
    err = read_source(&source, &capture);
  free(source.path);
  if (err)
    http_capture_deinit(&capture);
  else
    *ret = capture;
  return err;
}

struct error *http_capture_subtract(struct http_capture *later, struct http_capture *earlier) {
  struct profile *delta;
  if (later->image != earlier->image)
    return error_create(ERROR_BAD_INPUT, "the process executed another program meanwhile");
  int64_t end = later->profile->time_nanos, start = earlier->profile->time_nanos;
  struct error *err = recording_profile_subtract(earlier->profile, later->profile, &delta);
  if (err)
    return err;
  delta->time_nanos = end;
  delta->duration_nanos = end - start;
  profile_destroy(later->profile);
  later->profile = delta;
  return NULL;
}

/* The type that `go tool pprof` shows first. */
static struct error *set_default_type(struct profile *profile, enum http_what what) {
  enum sample_type type = what == HTTP_ALLOCS ? SAMPLE_ALLOC_SPACE : SAMPLE_INUSE_SPACE;
  return sample_type_index(profile, type) < 0 ? NULL : sample_type_set_default(profile, type);
}

static const char *file_name(const struct http_request *request) {
  if (request->what == HTTP_ALLOCS)
    return request->seconds ? "allocs-delta" : "allocs";
  return request->seconds ? "heap-delta" : "heap";
}

static struct error *encode(const struct profile *profile, const struct http_request *request,
                            struct http_answer *answer) {
  void *body;
  size_t size;
  struct error *err = pprof_encode(profile, &body, &size);
  if (err)
    return err;
  http_answer_deinit(answer);
  *answer = (struct http_answer){200, HTTP_BINARY, file_name(request), NULL, NULL, body, size};
  return NULL;
}

static struct error *write_text(const struct profile *profile, struct http_answer *answer) {
  struct strbuf body = STRBUF_INIT;
  struct error *err = report_heap_text(profile, &body);
  if (!err)
    http_answer_text(answer, HTTP_TEXT, &body);
  strbuf_deinit(&body);
  return err;
}

static const char *page_name(const struct http_capture *capture,
                             const struct http_request *request) {
  return capture->program ? capture->program : request->file ? request->file : "profile";
}

struct error *http_capture_answer(struct http_capture *capture, const struct http_request *request,
                                  struct http_answer *answer) {
  struct error *err = load_finish(capture->profile, true);
  if (!err)
    err = set_default_type(capture->profile, request->what);
  if (err)
    return err;
  if (request->what == HTTP_PAGE)
    return http_page_answer(capture->profile, page_name(capture, request), answer);
  return request->debug ? write_text(capture->profile, answer)
                        : encode(capture->profile, request, answer);
}
