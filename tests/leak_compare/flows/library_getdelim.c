/* A line buffer of getline is lost; the stream it was read from is open still. The buffer is the
 * program's own, so its size is known: it is large enough for the line. */
/* truth: definite 1*208 */
/* calls: c */
#include "program.h"

static NOINLINE void lose(FILE *stream) {
  size_t size = 208;
  char *line = (char *)take(size);
  if (getline(&line, &size, stream) < 0)
    abort();
  KEEP(line);
}

int main(void) {
  FILE *stream = fopen("/proc/self/comm", "r");
  if (!stream)
    return 1;
  lose(stream);
  return 0;
}
