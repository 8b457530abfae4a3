/* new[] of objects with destructors, whose number stands in front: one in use, one lost. */
/* truth: definite 1*120, kept 1*100000 */
/* calls: new */
#include "program.h"

Cell *held;

static NOINLINE void hold() {
  held = new Cell[100000 / 8 - 1];
}

static NOINLINE void lose() {
  auto *p = new Cell[14];
  KEEP(p);
}

int main() {
  hold();
  lose();
}
