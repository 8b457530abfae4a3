// exit is called with callers that still hold pointers: their blocks are alive. Blocks whose pointers
// deeper calls left behind are lost.
// expect: reachable=64/1 definite=128/1
#include "case.h"
static NOINLINE void deep(void) {
  void *volatile left[200];
  for (int i = 0; i < 200; i++)
    left[i] = 0;
  left[100] = get(128);
  ESCAPE(left);
}
static NOINLINE void leave(void *p) {
  ESCAPE(p);
  deep();
  exit(0);
}
int main(void) {
  void *volatile p[1];
  p[0] = get(64);
  leave((void *)p);
  return p[0] != 0;
}
