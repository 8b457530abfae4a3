// expect: reachable=64/1
#include "case.h"
void *p;
int main(void) {
  size_t n = SIZE_MAX / 4;
  ESCAPE(&n);
  p = get(64);
  void *q = realloc(p, n);
  ESCAPE(q);
  return q != NULL;
}
