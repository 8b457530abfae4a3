/* exit is called by main, which has the pointer on its stack; what main called before left a block,
 * too. */
/* truth: definite 1*112, kept 1*100000 */
#include "program.h"

static NOINLINE void lose(void) {
  void *volatile p = take(112);
  (void)p;
}

static NOINLINE void *make(void) {
  return take(100000);
}

int main(void) {
  void *volatile p = make();
  lose();
  exit(p ? 0 : 1);
}
