// Signals arrive all the time, up to the end; each is to reach its handler with what was sent along.
// flags: -pthread
// expect: definite=64/1
#include "case.h"
#include <pthread.h>
#include <signal.h>
static volatile int n, bad;
static void handler(int s, siginfo_t *info, void *c) {
  (void)s, (void)c;
  n++;
  if (info->si_code != SI_QUEUE || info->si_value.sival_int != 4711)
    bad++;
}
static void *storm(void *unused) {
  union sigval v = {.sival_int = 4711};
  for (int i = 0; i < 100000; i++)
    sigqueue(getpid(), SIGRTMIN, v);
  return unused;
}
int main(void) {
  pthread_t t;
  struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_RESTART};
  sigaction(SIGRTMIN, &sa, NULL);
  pthread_create(&t, NULL, storm, NULL);
  while (n < 1000)
    ;
  ESCAPE(get(64));
  return bad != 0;
}
