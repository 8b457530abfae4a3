#include "base/thread.h"

#include <time.h>

sigset_t thread_block_signals(void) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  return before;
}

void thread_restore_signals(const sigset_t *mask) {
  pthread_sigmask(SIG_SETMASK, mask, NULL);
}

int thread_start(pthread_t *ret, void *(*work)(void *), void *context) {
  sigset_t before = thread_block_signals();
  int error = pthread_create(ret, NULL, work, context);
  thread_restore_signals(&before);
  return error;
}

void thread_condition_init(pthread_cond_t *condition) {
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(condition, &attributes);
  pthread_condattr_destroy(&attributes);
}
