/* A std::list on the heap is lost with its five nodes (two pointers and 96 bytes), a ring through
 * its own head. */
/* truth: definite 1*24, indirect 5*112 */
/* calls: new */
#include "program.h"

#include <array>
#include <list>

static NOINLINE void lose() {
  auto *list = new std::list<std::array<char, 96>>(5);
  KEEP(list);
}

int main() {
  lose();
}
