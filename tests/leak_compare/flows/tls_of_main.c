/* Thread-local variables of the main thread; one is overwritten. */
/* truth: definite 1*112, kept 2*100000 */
#include "program.h"

__thread void *first;
__thread void *second = (void *)8; /* initialised: in another section */

static NOINLINE void hold(void) {
  first = take(100000);
  second = take(112);
  KEEP(second);
  second = take(100000);
}

int main(void) {
  hold();
  return 0;
}
