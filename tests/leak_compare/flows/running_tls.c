/* A thread that runs when the program ends has blocks in thread-local variables. */
/* truth: definite 1*112, kept 1*100000 */
#include "program.h"

__thread void *own;

static NOINLINE void hold(size_t n) {
  own = take(n);
}

static void *work(void *argument) {
  hold(112);
  hold(100000);
  say_ready();
  wait_for_ever();
  return argument;
}

int main(void) {
  start_thread(work);
  return 0;
}
