// Keys below 32 lie in the thread's control block, the others in a block of their own; all are taken.
// flags: -pthread
// expect: reachable=192/2
#include "case.h"
#include <limits.h>
#include <pthread.h>
int main(void) {
  pthread_key_t key, first = 0, last = 0;
  int n = 0;
  while (!pthread_key_create(&key, NULL)) {
    if (!n++)
      first = key;
    last = key;
  }
  if (last < 1000)
    return 9;
  pthread_setspecific(first, get(64));
  pthread_setspecific(last, get(128));
  return 0;
}
