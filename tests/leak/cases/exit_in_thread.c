// main waits with a pointer on its stack while another thread ends the program.
// flags: -pthread
// expect: reachable=64/1 definite=32/1
#include "case.h"
#include <pthread.h>
static void *run(void *unused) {
  ESCAPE(get(32));
  clean();
  _exit(0);
  return unused;
}
int main(void) {
  pthread_t t;
  void *volatile p = get(64);
  pthread_create(&t, NULL, run, NULL);
  pause();
  return p != 0;
}
