// status: 137
// expect: reachable=64/1 definite=32/1
#include "case.h"
#include <signal.h>
int main(void) {
  void *volatile p = get(64);
  ESCAPE(get(32));
  clean();
  kill(getpid(), SIGKILL);
  pause();
  return p != 0;
}
