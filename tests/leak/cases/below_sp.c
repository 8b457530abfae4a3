// expect: definite=64/1
#include "case.h"
static NOINLINE void deep(void) {
  void *volatile left[1000];
  left[500] = get(64);
  ESCAPE(left);
}
int main(void) {
  deep();
  _exit(0);
}
