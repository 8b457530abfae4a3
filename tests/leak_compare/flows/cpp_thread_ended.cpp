/* A std::thread's function loses blocks; a thread_local vector frees its own memory at the thread's
 * end. */
/* truth: definite 3*112 */
#include "program.h"

#include <thread>
#include <vector>

static thread_local std::vector<void *> items;

static NOINLINE void fill() {
  for (int i = 0; i < 3; i++)
    items.push_back(take(112));
}

int main() {
  std::thread(fill).join();
}
