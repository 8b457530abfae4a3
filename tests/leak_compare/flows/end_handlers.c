/* A handler of atexit and a destructor lose a block each. */
/* truth: definite 1*208 1*304 */
#include "program.h"

static NOINLINE void lose(size_t n) {
  void *p = take(n);
  KEEP(p);
}

static __attribute__((destructor)) void end(void) {
  lose(304);
}

static void at_exit(void) {
  lose(208);
}

int main(void) {
  atexit(at_exit);
  return 0;
}
