// A child that shares our memory ends: that is not our end.
// expect: reachable=64/1 definite=16/1
#include "case.h"
#include <sys/wait.h>
void *p;
int main(void) {
  int status;
  p = get(64);
  if (vfork() == 0)
    _exit(5);
  wait(&status);
  ESCAPE(get(16));
  return WEXITSTATUS(status) != 5;
}
