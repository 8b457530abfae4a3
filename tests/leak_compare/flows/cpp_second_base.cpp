/* The only pointer is to the second base class, inside the object: as good as one to its start. */
/* truth: kept 1*100000 */
/* calls: new */
#include "program.h"

struct First {
  virtual ~First() = default;
  long a;
};
struct Second {
  virtual ~Second() = default;
  long b;
};
struct Both : First, Second {
  char content[100000 - 32];
};
static_assert(sizeof(Both) == 100000, "the size that is expected");

Second *held;

static NOINLINE void hold() {
  held = new Both;
}

int main() {
  hold();
}
