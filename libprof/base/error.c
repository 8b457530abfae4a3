#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct error error_no_memory = {.code = ERROR_NO_MEMORY, .message = (char *)"out of memory"};

static struct error *create(enum error_code code, int err_no, char *message) {
  struct error *err = message ? malloc(sizeof(*err)) : NULL;
  if (!err) {
    free(message);
    return &error_no_memory;
  }
  *err = (struct error){.code = code, .err_no = err_no, .message = message};
  return err;
}

static char *format_message(const char *format, va_list ap) {
  char *message;
  return vasprintf(&message, format, ap) < 0 ? NULL : message;
}

struct error *error_create(enum error_code code, const char *format, ...) {
  va_list ap;
  va_start(ap, format);
  char *message = format_message(format, ap);
  va_end(ap);
  return create(code, 0, message);
}

struct error *error_system(int err_no, const char *format, ...) {
  va_list ap;
  va_start(ap, format);
  char *what = format_message(format, ap), *message = NULL;
  va_end(ap);
  if (what && asprintf(&message, "%s: %s", what, strerror(err_no)) < 0)
    message = NULL;
  free(what);
  return create(ERROR_SYSTEM, err_no, message);
}

struct error *error_prefix(struct error *err, const char *format, ...) {
  if (err == &error_no_memory)
    return err;
  va_list ap;
  va_start(ap, format);
  char *what = format_message(format, ap), *message = NULL;
  va_end(ap);
  if (what && asprintf(&message, "%s: %s", what, err->message) >= 0) {
    free(err->message);
    err->message = message;
  }
  free(what);
  return err;
}

void error_destroy(struct error *err) {
  if (!err || err == &error_no_memory)
    return;
  free(err->message);
  free(err);
}
