// main ends by pthread_exit: its stack is dead, the other thread ends the process by returning.
// flags: -pthread
// expect: definite=96/2 reachable=16/1
#include "case.h"
#include <pthread.h>
void *kept;
static void *run(void *unused) {
  usleep(20000);
  ESCAPE(get(32));
  return unused;
}
int main(void) {
  pthread_t t;
  void *volatile p = get(64);
  kept = get(16);
  pthread_create(&t, NULL, run, NULL);
  pthread_detach(t);
  pthread_exit(NULL);
  return p != 0;
}
