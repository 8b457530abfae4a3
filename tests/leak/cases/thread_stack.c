// A detached and a joinable thread run at exit, each with the only pointer on its stack.
// flags: -pthread
// expect: reachable=192/2
// expect --roots=registers,globals,tls,mmap: definite=192/2
#include "case.h"
#include <pthread.h>
#include <semaphore.h>
static sem_t ready;
static void *run(void *size) {
  void *volatile p = get((size_t)size);
  clean();
  sem_post(&ready);
  pause();
  return p;
}
int main(void) {
  pthread_t a, b;
  sem_init(&ready, 0, 0);
  pthread_create(&a, NULL, run, (void *)64);
  pthread_create(&b, NULL, run, (void *)128);
  pthread_detach(b);
  sem_wait(&ready);
  sem_wait(&ready);
  return 0;
}
