/* A constructor throws: the object's own memory is released, what a raw pointer holds is not. */
/* truth: definite 1*112 */
#include "program.h"

#include <memory>

struct Connection {
  void *buffer = take(112);
  std::unique_ptr<int> safe = std::make_unique<int>(1);
  Connection() {
    KEEP(buffer);
    throw 1;
  }
  ~Connection() { give(buffer); }
};

static NOINLINE void work() {
  auto *connection = new Connection;
  delete connection;
}

int main() {
  try {
    work();
  } catch (int) {
  }
}
