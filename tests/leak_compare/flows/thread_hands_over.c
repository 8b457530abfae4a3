/* A thread that ended left one block in a global, one as its result, and one in nobody's hands. */
/* truth: definite 1*112, kept 2*100000 */
#include "program.h"

void *global, *result;

static NOINLINE void lose(void) {
  void *p = take(112);
  KEEP(p);
}

static void *work(void *argument) {
  (void)argument;
  global = take(100000);
  lose();
  return take(100000);
}

int main(void) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, work, NULL))
    abort();
  pthread_join(thread, &result);
  return 0;
}
