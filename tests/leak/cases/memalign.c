// expect: reachable=1536/3 definite=1536/3
#include "case.h"
#include <malloc.h>
void *a, *b, *c;
static NOINLINE void lose(void) {
  void *p = NULL;
  ESCAPE(memalign(64, 512));
  ESCAPE(aligned_alloc(4096, 512));
  ESCAPE(posix_memalign(&p, 1 << 20, 512));
  ESCAPE(p);
}
int main(void) {
  lose();
  clean();
  a = memalign(4096, 512);
  b = aligned_alloc(64, 512);
  int e = posix_memalign(&c, 256, 512);
  ESCAPE(&c);
  return e;
}
