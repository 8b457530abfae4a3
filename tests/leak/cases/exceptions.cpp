// Exceptions, caught, rethrown and kept, and the emergency pool lose nothing.
// expect: definite=32/1 reachable=16/1
#include "case.h"
#include <exception>
#include <stdexcept>
#include <string>
struct big {
  char c[16];
};
static std::exception_ptr kept;
static NOINLINE void thrower(int n) {
  if (n)
    thrower(n - 1);
  else
    throw std::runtime_error(std::string(50, 'x'));
}
void *p;
int main() {
  for (int i = 0; i < 10; i++)
    try {
      thrower(i);
    } catch (const std::exception &e) {
      ESCAPE(e.what());
    }
  try {
    throw 5;
  } catch (...) {
    kept = std::current_exception();
  }
  ESCAPE(get(32));
  p = get(16);
  return 0;
}
