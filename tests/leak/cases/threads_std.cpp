// flags: -pthread
// expect: definite=32/4
#include "case.h"
#include <future>
#include <thread>
int main() {
  for (int i = 0; i < 4; i++)
    std::async(std::launch::async, [] {
      int *p = new int[2];
      ESCAPE(p);
      p = nullptr;
      ESCAPE(p);
      clean();
    }).wait();
  return 0;
}
