// flags: -pthread
// expect: definite=64/1
#include "case.h"
#include <pthread.h>
#include <stdio.h>
static volatile int tid;
static void *run(void *unused) {
  void *volatile keep[64];
  keep[7] = get(64);
  ESCAPE(keep);
  tid = gettid();
  return unused;
}
int main(void) {
  pthread_t t;
  char path[64];
  pthread_create(&t, NULL, run, NULL);
  pthread_detach(t);
  while (!tid)
    usleep(1000);
  snprintf(path, sizeof path, "/proc/self/task/%d", tid);
  while (access(path, F_OK) == 0)
    usleep(1000);
  usleep(2000);
  return 0;
}
