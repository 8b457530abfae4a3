// The result of a thread that nobody has joined yet can still be asked for; a joined one's was handed over, and dropped.
// flags: -pthread
// expect: reachable=64/1 definite=128/1
#include "case.h"
#include <pthread.h>
static void *run(void *size) {
  return get((size_t)size);
}
int main(void) {
  static pthread_t a, b;
  pthread_create(&a, NULL, run, (void *)64);
  pthread_create(&b, NULL, run, (void *)128);
  pthread_join(b, NULL);
  usleep(50000);
  return 0;
}
