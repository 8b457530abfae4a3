// err() calls exit within libc.
// status: 3
// expect: reachable=64/1
#include "case.h"
#include <err.h>
static NOINLINE void leave(void *p) {
  ESCAPE(p);
  errx(3, "over");
}
int main(void) {
  void *volatile p[1];
  p[0] = get(64);
  leave((void *)p);
  return p[0] != 0;
}
