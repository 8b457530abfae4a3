// expect: reachable=64/1
// expect --roots=stacks,registers,globals,mmap: definite=64/1
#include "case.h"
static __thread char filler[4000];
static __thread void *p;
int main(void) {
  ESCAPE(filler);
  p = get(64);
  ESCAPE(&p);
  return 0;
}
