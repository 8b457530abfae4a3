/* A thread ends with the only pointer on its stack, which glibc keeps for the next thread. */
/* truth: definite 1*112 */
#include "program.h"

static void *work(void *argument) {
  void *volatile p = take(112);
  return p ? argument : NULL;
}

int main(void) {
  run_thread(work, NULL);
  return 0;
}
