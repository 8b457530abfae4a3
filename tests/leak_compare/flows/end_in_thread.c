/* A thread other than the main one calls exit; main has a block on its stack. */
/* truth: definite 1*112, kept 1*100000 */
#include "program.h"

static NOINLINE void lose(void) {
  void *p = take(112);
  KEEP(p);
}

static void *work(void *argument) {
  lose();
  exit(argument ? 1 : 0);
}

int main(void) {
  void *volatile p = take(100000);
  pthread_t thread;
  if (pthread_create(&thread, NULL, work, NULL))
    abort();
  wait_for_ever();
  return p ? 0 : 1;
}
