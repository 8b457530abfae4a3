/* A thread's result that has not been asked for yet. */
/* truth: kept 1*100000 */
/* lsan: does not look at the results of ended threads */
#include "program.h"

static pid_t worker;

static void *work(void *argument) {
  (void)argument;
  worker = gettid();
  say_ready();
  return take(100000);
}

int main(void) {
  char path[64];
  start_thread(work);
  snprintf(path, sizeof(path), "/proc/self/task/%d", worker);
  while (!access(path, F_OK)) /* not pthread_join: it would take the result */
    usleep(1000);
  return 0;
}
