// The program ends in a handler that runs on a signal stack, with pointers there and in the code that it interrupted.
// expect: reachable=192/2 definite=32/1
#include "case.h"
#include <signal.h>
static char stack[65536];
static void handler(int s) {
  void *volatile p = get(128);
  (void)s;
  ESCAPE(get(32));
  clean();
  _exit(p == 0);
}
int main(void) {
  stack_t ss = {.ss_sp = stack, .ss_size = sizeof stack};
  struct sigaction sa = {.sa_handler = handler, .sa_flags = SA_ONSTACK};
  void *volatile p = get(64);
  sigaltstack(&ss, NULL);
  sigaction(SIGUSR1, &sa, NULL);
  raise(SIGUSR1);
  return p != 0;
}
