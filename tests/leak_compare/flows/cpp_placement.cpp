/* An object made in memory that the program mapped holds a block. */
/* truth: kept 1*100000 */
/* lsan: knows no mapped memory as a root */
#include "program.h"

struct Holder {
  void *content = take(100000);
};

Holder *held;

static NOINLINE void hold() {
  void *at = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  held = new (at) Holder;
}

int main() {
  hold();
}
