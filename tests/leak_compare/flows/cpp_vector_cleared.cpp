/* A global vector of pointers is cleared and gives its memory back; its elements are lost. */
/* truth: definite 8*112 */
#include "program.h"

#include <vector>

std::vector<void *> items;

static NOINLINE void fill() {
  for (int i = 0; i < 8; i++)
    items.push_back(take(112));
}

static NOINLINE void clear() {
  items.clear();
  items.shrink_to_fit();
}

int main() {
  fill();
  clear();
}
