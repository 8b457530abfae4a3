// A process that replaces itself has no end there: only the last image is checked. Its threads are killed by exec.
// flags: -pthread
// expect: definite=48/1
#include "case.h"
#include <pthread.h>
static void *run(void *unused) {
  pause();
  return unused;
}
int main(int argc, char **argv) {
  pthread_t t;
  ESCAPE(get(48));
  if (argc > 1)
    return 0;
  for (int i = 0; i < 4; i++)
    pthread_create(&t, NULL, run, NULL);
  char *again[] = {argv[0], "again", NULL};
  execv("/proc/self/exe", again);
  return 1;
}
