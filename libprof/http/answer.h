/* An answer to a request, apart from the library that sends it. */
#pragma once

#include "base/error.h"
#include "base/strbuf.h"

#include <stddef.h>

struct http_answer {
  unsigned status;         /* 200 */
  const char *type;        /* "text/plain; charset=utf-8" */
  const char *disposition; /* a file name for Content-Disposition, or NULL */
  const char *location;    /* of a redirection, or NULL */
  const char *allow;       /* the methods, with status 405, or NULL */
  void *body;              /* owned */
  size_t size;
};
void http_answer_deinit(struct http_answer *answer);

#define HTTP_TEXT "text/plain; charset=utf-8"
#define HTTP_BINARY "application/octet-stream"

/* A fault in the form of net/http/pprof: the text and a newline. The sender adds the header that
 * makes `go tool pprof` show it to every status except 200. A NULL text stands for no memory. */
void http_answer_fault(struct http_answer *answer, unsigned status, const char *text);

/* An error as an answer: 404 for bad input (there is no such thing here), else 500. Drops the
 * error. */
void http_answer_error(struct http_answer *answer, struct error *err);

/* Takes the buffer's content as the body; 500 if its memory ran out. */
void http_answer_text(struct http_answer *answer, const char *type, struct strbuf *body);
