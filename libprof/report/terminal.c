#include "report/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { LEAST = 40, MOST = 10000, USUAL = 80 };

/* 0 if COLUMNS is not set to a number. */
static int columns_variable(void) {
  const char *text = getenv("COLUMNS");
  if (!text || !*text)
    return 0;
  char *end;
  long n = strtol(text, &end, 10);
  return *end || n <= 0 ? 0 : n < LEAST ? LEAST : n > MOST ? MOST : (int)n;
}

int terminal_columns(FILE *out) {
  int columns = columns_variable();
  if (columns)
    return columns;
  struct winsize size;
  if (ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return size.ws_col < LEAST ? LEAST : size.ws_col;
  return USUAL;
}

bool terminal_fits(FILE *out) {
  return columns_variable() || isatty(fileno(out));
}

bool terminal_colour(FILE *out) {
  const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
  if (no && *no)
    return false;
  return isatty(fileno(out)) && !(term && strcmp(term, "dumb") == 0);
}
