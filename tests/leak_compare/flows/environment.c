/* putenv keeps the program's string. */
/* truth: kept 1*100000 */
/* valgrind: frees libc's own memory before it looks (--run-libc-freeres) */
#include "program.h"

static NOINLINE void hold(void) {
  char *entry = (char *)take(100000);
  strcpy(entry, "MEMORY=kept");
  putenv(entry);
}

int main(void) {
  hold();
  return 0;
}
