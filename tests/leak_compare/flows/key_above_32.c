/* A running thread's value of the fortieth key lies in an array that libc allocated. */
/* truth: kept 1*100000 */
#include "program.h"

static pthread_key_t keys[40];

static NOINLINE void hold(void) {
  pthread_setspecific(keys[39], take(100000));
}

static void *work(void *argument) {
  hold();
  say_ready();
  wait_for_ever();
  return argument;
}

int main(void) {
  for (int i = 0; i < 40; i++)
    pthread_key_create(&keys[i], NULL);
  start_thread(work);
  return 0;
}
