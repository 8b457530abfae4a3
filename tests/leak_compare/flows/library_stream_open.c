/* A stream that is never closed: libc knows it, so it is not lost, though the program does not. */
/* truth: */
/* calls: malloc */
#include "program.h"

static NOINLINE void open_stream(void) {
  FILE *stream = fopen("/proc/self/comm", "r");
  if (!stream || fgetc(stream) == EOF)
    abort();
}

int main(void) {
  open_stream();
  return 0;
}
