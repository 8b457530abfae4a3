/* The program aborts, in a function with a frame of its own. */
/* truth: definite 1*112, kept 1*100000 */
/* status: 134 */
/* lsan: checks in a handler of exit */
#include "program.h"

void *kept;

static NOINLINE void work(void) {
  void *p = take(112);
  KEEP(p);
  kept = take(100000);
}

static NOINLINE int fail(void) {
  char frame[1024];
  memset(frame, 0, sizeof(frame));
  __asm__ volatile("" : : "r"(frame) : "memory");
  abort();
}

int main(void) {
  work();
  return fail();
}
