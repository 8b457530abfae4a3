// expect: reachable=64/1
// expect --roots=stacks,registers,tls,mmap: definite=64/1
// expect --roots=globals: reachable=64/1
#include "case.h"
void *p;
int main(void) {
  p = get(64);
  return 0;
}
