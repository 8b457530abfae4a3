// The first thread is killed in a stop for a signal, as good as always, when another ends the
// program: the kernel reports its death to nobody.
// flags: -pthread
// expect: definite=32/1
#include "case.h"
#include <pthread.h>
#include <signal.h>
static void nothing(int s) {
  (void)s;
}
static void *run(void *unused) {
  ESCAPE(get(32));
  clean();
  usleep(3000);
  _exit(0);
  return unused;
}
int main(void) {
  pthread_t t;
  signal(SIGUSR1, nothing);
  pthread_create(&t, NULL, run, NULL);
  for (;;)
    raise(SIGUSR1);
}
