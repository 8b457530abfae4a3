/* The program aborts right behind the call of the function that lost the block. */
/* truth: definite 1*112, kept 1*100000 */
/* status: 134 */
/* memprof: abort's frame has words that it has not set yet, and one still holds the pointer;
 * valgrind knows which are set */
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
  abort();
}
