// A leak in the child alone.
// expect: definite=48/1
#include "case.h"
#include <sys/wait.h>
int main(void) {
  int status;
  if (fork() == 0) {
    ESCAPE(get(48));
    exit(0);
  }
  wait(&status);
  return status;
}
