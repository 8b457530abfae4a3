// A leak in a daemon, which outlives the program.
// expect: definite=48/1
#include "case.h"
int main(void) {
  if (daemon(1, 1))
    return 1;
  usleep(100000);
  ESCAPE(get(48));
  return 0;
}
