/* A stream's buffer, given by the program, is known to libc alone. */
/* truth: kept 1*100000 */
/* valgrind: frees libc's own memory before it looks (--run-libc-freeres) */
#include "program.h"

static NOINLINE void hold(void) {
  setvbuf(stdin, (char *)take(100000), _IOFBF, 100000);
}

int main(void) {
  hold();
  return 0;
}
