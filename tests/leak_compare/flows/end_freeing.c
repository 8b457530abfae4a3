/* Handlers of exit free what the program left. */
/* truth: */
#include "program.h"

void *first, *second;

static void free_first(void) {
  give(first);
}

static __attribute__((destructor)) void free_second(void) {
  give(second);
}

int main(void) {
  first = take(112);
  second = take(208);
  atexit(free_first);
  return 0;
}
