/* The destructor of a global vector runs at the end: raw pointers in it are lost then. */
/* truth: definite 8*112 */
#include "program.h"

#include <vector>

std::vector<void *> items;

static NOINLINE void fill() {
  for (int i = 0; i < 8; i++)
    items.push_back(take(112));
}

int main() {
  fill();
}
