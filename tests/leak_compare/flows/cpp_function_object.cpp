/* A lambda on the heap, in a std::function that is never destroyed, has captured the only pointer.
 */
/* truth: definite 1*112, kept 1*100000 */
#include "program.h"

#include <functional>

static auto &callback = *new std::function<int()>;

static NOINLINE void bind(size_t n) {
  long more[4] = {1, 2, 3, 4}; /* too much for the function object itself */
  void *p = take(n);
  callback = [p, more]() { return p ? static_cast<int>(more[0]) : 0; };
}

int main() {
  bind(112);
  bind(100000);
  return callback() - 1;
}
