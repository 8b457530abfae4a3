// Many threads that come and go, some while the program ends.
// flags: -pthread
// expect: definite=6400/100
#include "case.h"
#include <pthread.h>
static void *run(void *unused) {
  ESCAPE(get(64));
  clean();
  return unused;
}
static void *idle(void *unused) {
  for (;;) {
    pthread_t t;
    if (!pthread_create(&t, NULL, (void *(*)(void *))pthread_self, NULL))
      pthread_join(t, NULL);
  }
  return unused;
}
int main(void) {
  pthread_t t[100], busy;
  for (int i = 0; i < 100; i++)
    pthread_create(&t[i], NULL, run, NULL);
  for (int i = 0; i < 100; i++)
    pthread_join(t[i], NULL);
  pthread_create(&busy, NULL, idle, NULL);
  usleep(10000);
  return 0;
}
