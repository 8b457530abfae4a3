/* A block grows by realloc many times and stays in use. */
/* truth: kept 1*100000 */
/* calls: c */
#include "program.h"

char *buffer;

static NOINLINE void grow(void) {
  buffer = (char *)take(100);
  for (size_t n = 1000; n <= 100000; n += 1000)
    buffer = (char *)realloc(buffer, n);
  KEEP(buffer);
}

int main(void) {
  grow();
  return 0;
}
