/* A cursor ran to the end of a block and is all that is left of it. */
/* truth: definite 1*1024 */
#include "program.h"

char *cursor;

static NOINLINE void work(void) {
  cursor = (char *)take(1024);
  for (int i = 0; i < 1024; i++)
    *cursor++ = (char)1;
}

int main(void) {
  work();
  return 0;
}
