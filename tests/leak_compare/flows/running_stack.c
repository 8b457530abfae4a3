/* A thread that runs when the program ends has a block on its stack and lost another. */
/* truth: definite 1*112, kept 1*100000 */
#include "program.h"

static NOINLINE void lose(void) {
  void *p = take(112);
  KEEP(p);
}

static void *work(void *argument) {
  void *volatile p = take(100000);
  lose();
  say_ready();
  wait_for_ever();
  return p ? argument : NULL;
}

int main(void) {
  start_thread(work);
  return 0;
}
