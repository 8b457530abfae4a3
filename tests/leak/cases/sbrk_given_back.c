// The program takes memory from the break area and gives it back, then malloc grows over it: what lies there is malloc's again.
// expect: definite=6400/100 indirect=3200/100 reachable=400000/100
#include "case.h"

void *volatile kept[100];

static NOINLINE void lose(void) {
  void **holder = get(64);
  *holder = get(32);
  ESCAPE(holder);
}

int main(void) {
  char *area = sbrk(131072);
  memset(area, 1, 131072);
  sbrk(-131072);
  for (int i = 0; i < 100; i++) {
    kept[i] = get(4000);
    lose();
  }
  clean();
  return 0;
}
