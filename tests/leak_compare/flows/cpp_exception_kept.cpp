/* An exception that is kept on the heap has a block; one that was dropped had another. libstdc++
 * points behind its own 128 bytes of the exception's block, so what is kept is only possibly lost
 * to tools that tell starts from insides. */
/* truth: definite 1*112, possible 2*10000 */
/* lsan: takes a pointer to the inside for one to the start */
/* calls: plain */
#include "program.h"

#include <exception>

struct Error {
  void *detail;
  char more[10000 - 128 - sizeof(void *)];
};

static auto &kept = *new std::exception_ptr;

static NOINLINE void fail(size_t n) {
  Error error{};
  error.detail = take(n);
  throw error;
}

static NOINLINE void run() {
  try {
    fail(112);
  } catch (const Error &) {
  }
  try {
    fail(10000);
  } catch (const Error &) {
    kept = std::current_exception();
  }
}

int main() {
  run();
}
