#include "http/cmdline.h"

#include "base/cleanup.h"
#include "recording/find.h"

/* A profile's file knows no arguments, only how a shell would take them. */
static struct error *append_arguments(const struct http_source *source, struct strbuf *body) {
  _cleanup_recording_ struct recording *recording = NULL;
  struct error *err = source->is_profile ? NULL
                                         : recording_open_of(source->path, source->pid,
                                                             RECORDING_COUNTERS, &recording);
  uint32_t size = recording ? recording->header.command_size : 0;
  if (size) /* without the last one's NUL */
    strbuf_append_n(body, recording->header.command,
                    recording->header.command[size - 1] ? size : size - 1);
  return err;
}

void http_cmdline_answer(const struct http_sources *sources, const struct http_request *request,
                         struct http_answer *answer) {
  _cleanup_strbuf_ struct strbuf body = STRBUF_INIT;
  struct http_source source;
  struct error *err = http_source_find(sources, request->pid, request->file, &source);
  if (!err) {
    strbuf_append(&body, ""); /* so that there is one */
    err = append_arguments(&source, &body);
    free(source.path);
  }
  if (err)
    http_answer_error(answer, err);
  else
    http_answer_text(answer, HTTP_TEXT, &body);
}
