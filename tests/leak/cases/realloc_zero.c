// expect: definite=0/2 reachable=0/1
#include "case.h"
void *kept;
static NOINLINE void *zero(void) {
  size_t n = 0;
  ESCAPE(&n);
  return malloc(n);
}
int main(void) {
  void *p = get(64);
  size_t n = 0;
  ESCAPE(&n);
  p = realloc(p, n); /* frees */
  ESCAPE(p);
  p = zero();
  ESCAPE(p);
  p = zero();
  ESCAPE(p);
  kept = zero();
  return 0;
}
