/* A constructor loses a block before main begins. */
/* truth: definite 1*112 */
/* memprof: the frame of libc's function that calls main has words that it never sets, and lies
 * where the constructor's was; valgrind knows which words are set */
#include "program.h"

static NOINLINE void lose(void) {
  void *p = take(112);
  KEEP(p);
}

static __attribute__((constructor)) void begin(void) {
  lose();
}

int main(void) {
  return 0;
}
