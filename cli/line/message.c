#include "cli/line/message.h"

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "cli/line/exit_codes.h"
#include "report/text.h"

#include <stdarg.h>
#include <stdio.h>

static void print_line(const char *text) {
  _cleanup_strbuf_ struct strbuf line = STRBUF_INIT;
  text_escape(&line, text);
  /* One write, so that the line stays whole when several processes share a terminal. */
  fflush(stdout);
  fprintf(stderr, "memprof: %s\n",
          line.data && !strbuf_failed(&line) ? line.data : "out of memory");
}

int command_error(struct error *err) {
  int status = err->code == ERROR_CANNOT ? EXIT_COULD_NOT_CHECK : EXIT_USAGE;
  print_line(err->message);
  error_destroy(err);
  return status;
}

void message(const char *format, ...) {
  va_list ap;
  va_start(ap, format);
  _cleanup_free_ char *text = NULL;
  if (vasprintf(&text, format, ap) < 0)
    text = NULL;
  va_end(ap);
  print_line(text ? text : "out of memory");
}
