/* A stream's buffer, given by the program, is known to libc alone. */
/* truth: kept 1*100000 */
#include "program.h"

static NOINLINE void hold(void) {
  setvbuf(stdin, (char *)take(100000), _IOFBF, 100000);
}

int main(void) {
  hold();
  return 0;
}
