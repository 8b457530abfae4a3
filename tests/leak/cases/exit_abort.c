// status: 134
// expect: reachable=64/1 definite=32/1
#include "case.h"
int main(void) {
  void *volatile p = get(64);
  ESCAPE(get(32));
  clean();
  abort();
  return p != 0;
}
