/* The program dies by a segmentation fault, in a function with a frame of its own. */
/* truth: definite 1*112, kept 1*100000 */
/* status: 139 */
/* lsan: checks in a handler of exit */
#include "program.h"

void *kept;

static NOINLINE void work(void) {
  void *p = take(112);
  KEEP(p);
  kept = take(100000);
}

static NOINLINE int fail(void) {
  char frame[512];
  memset(frame, 0, sizeof(frame));
  __asm__ volatile("" : : "r"(frame) : "memory");
  return *(volatile int *)16 + frame[7];
}

int main(void) {
  work();
  return fail();
}
