/* A singleton that is never destroyed holds a map of blocks; one entry was overwritten. */
/* truth: definite 1*112, kept 10*10000 */
#include "program.h"

#include <map>

static NOINLINE std::map<int, void *> &table() {
  static auto *only = new std::map<int, void *>;
  return *only;
}

static NOINLINE void fill() {
  table()[3] = take(112);
  for (int i = 0; i < 10; i++)
    table()[i] = take(10000);
}

int main() {
  fill();
}
