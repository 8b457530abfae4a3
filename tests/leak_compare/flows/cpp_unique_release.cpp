/* unique_ptr::release without taking the result. */
/* truth: definite 1*112 */
#include "program.h"

#include <memory>

struct Give {
  void operator()(void *p) const { give(p); }
};

static NOINLINE void work() {
  std::unique_ptr<void, Give> freed(take(208)), lost(take(112));
  (void)lost.release();
}

int main() {
  work();
}
