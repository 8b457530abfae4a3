/* The program dies by a segmentation fault right behind the call of the function that lost the
 * block. */
/* truth: definite 1*112, kept 1*100000 */
/* status: 139 */
/* memprof: the 128 bytes below the stack pointer may be in use by a leaf function; valgrind has
 * watched whether they are */
/* lsan: checks in a handler of exit */
#include "program.h"

void *kept;

static NOINLINE void work(void) {
  void *p = take(112);
  KEEP(p);
  kept = take(100000);
}

int main(void) {
  work();
  return *(volatile int *)16;
}
