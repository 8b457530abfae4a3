// A thread that ended with the only pointer on its stack: glibc keeps the stack for the next thread.
// flags: -pthread
// expect: definite=64/1
#include "case.h"
#include <pthread.h>
static void *run(void *unused) {
  void *volatile keep[64];
  keep[7] = get(64);
  ESCAPE(keep);
  return unused;
}
int main(void) {
  pthread_t t;
  pthread_create(&t, NULL, run, NULL);
  pthread_join(t, NULL);
  return 0;
}
