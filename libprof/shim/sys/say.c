#include "shim/sys/say.h"

#include "shim/sys/sys.h"
#include "shim/sys/text.h"

static size_t add(char *line, size_t n, size_t size, const char *s) {
  for (; s && *s && n < size; s++)
    line[n++] = (unsigned char)*s < ' ' ? '?' : *s;
  return n;
}

void say(const char *a, const char *b, const char *c) {
  char line[512];
  size_t n = add(line, 0, sizeof(line) - 1, "memprof: ");
  n = add(line, n, sizeof(line) - 1, a);
  n = add(line, n, sizeof(line) - 1, b);
  n = add(line, n, sizeof(line) - 1, c);
  line[n++] = '\n';
  sys(SYS_write, 2, line, n);
}
