/* The results of libc's functions that allocate, dropped. */
/* truth: definite 1*200 1*60 */
/* calls: malloc */
#include "program.h"

static NOINLINE void lose(void) {
  char *name = strdup(text(200));
  wchar_t *wide = wcsdup(wide_text(60));
  KEEP(name);
  KEEP(wide);
}

int main(void) {
  lose();
  return 0;
}
