/* A thread ends with the only pointer under a key that has no destructor; the same key of the main
 * thread is in use. */
/* truth: definite 1*112, kept 1*100000 */
#include "program.h"

static pthread_key_t key;

static NOINLINE void hold(size_t n) {
  pthread_setspecific(key, take(n));
}

static void *work(void *argument) {
  hold(112);
  return argument;
}

int main(void) {
  pthread_key_create(&key, NULL);
  run_thread(work, NULL);
  hold(100000);
  return 0;
}
