/* longjmp leaves a function before it frees its block. */
/* truth: definite 1*208 */
#include "program.h"

static jmp_buf back;

static NOINLINE void fail(void) {
  longjmp(back, 1);
}

static NOINLINE void work(void) {
  void *p = take(208);
  KEEP(p);
  fail();
  give(p);
}

int main(void) {
  if (!setjmp(back))
    work();
  return 0;
}
