// flags: -pthread
// expect: definite=24/1
#include "case.h"
#include <thread>
struct T {
  void *p;
  T() : p(get(40)) {}
  ~T() {
    free(p);
    ESCAPE(get(24));
  }
};
static thread_local T t;
int main() {
  std::thread([] { ESCAPE(&t); }).join();
  return 0;
}
