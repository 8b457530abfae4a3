/* An exception passes by the delete. */
/* truth: definite 2*208 */
#include "program.h"

#include <stdexcept>

static NOINLINE void check(int value) {
  if (value % 2)
    throw std::runtime_error("odd");
}

static NOINLINE void work(int value) {
  void *p = take(208);
  KEEP(p);
  check(value);
  give(p);
}

int main() {
  for (int i = 0; i < 4; i++)
    try {
      work(i);
    } catch (const std::exception &) {
    }
}
