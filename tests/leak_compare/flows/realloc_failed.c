/* p = realloc(p, n) fails, and NULL overwrites the only pointer to a block that is still there. */
/* truth: definite 1*112 */
/* calls: c */
#include "program.h"

void *buffer;

static NOINLINE void grow(volatile size_t n) {
  buffer = take(112);
  buffer = realloc(buffer, n);
}

int main(void) {
  grow(PTRDIFF_MAX - 4096);
  return buffer ? 1 : 0;
}
