/* Four threads lose five blocks each. */
/* truth: definite 20*112 */
#include "program.h"

static NOINLINE void lose(void) {
  void *p = take(112);
  KEEP(p);
}

static void *work(void *argument) {
  for (int i = 0; i < 5; i++)
    lose();
  return argument;
}

int main(void) {
  pthread_t threads[4];
  for (int i = 0; i < 4; i++)
    if (pthread_create(&threads[i], NULL, work, NULL))
      abort();
  for (int i = 0; i < 4; i++)
    pthread_join(threads[i], NULL);
  return 0;
}
