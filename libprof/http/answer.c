#include "http/answer.h"

#include <stdlib.h>

void http_answer_deinit(struct http_answer *answer) {
  free(answer->body);
  *answer = (struct http_answer){0};
}

void http_answer_text(struct http_answer *answer, const char *type, struct strbuf *body) {
  size_t size = body->length;
  char *data = strbuf_failed(body) ? NULL : strbuf_steal(body);
  http_answer_deinit(answer);
  *answer = (struct http_answer){data ? 200 : 500, type, NULL, NULL, NULL, data, data ? size : 0};
}

void http_answer_fault(struct http_answer *answer, unsigned status, const char *text) {
  struct strbuf body = STRBUF_INIT;
  strbuf_append(&body, text);
  strbuf_append_char(&body, '\n');
  http_answer_text(answer, HTTP_TEXT, &body);
  strbuf_deinit(&body);
  answer->status = status;
}

void http_answer_error(struct http_answer *answer, struct error *err) {
  http_answer_fault(answer, err->code == ERROR_BAD_INPUT ? 404 : 500, err->message);
  error_destroy(err);
}
