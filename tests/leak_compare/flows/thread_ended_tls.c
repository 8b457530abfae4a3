/* A thread ends with the only pointer in a thread-local variable. */
/* truth: definite 1*112 */
#include "program.h"

__thread void *own;

static void *work(void *argument) {
  own = take(112);
  KEEP(own);
  return argument;
}

int main(void) {
  run_thread(work, NULL);
  return 0;
}
