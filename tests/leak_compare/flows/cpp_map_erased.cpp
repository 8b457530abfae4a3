/* Entries are erased from a map in use, what they point to is lost. */
/* truth: definite 5*112, kept 5*20000 */
#include "program.h"

#include <map>

static auto *table = new std::map<int, void *>;

static NOINLINE void fill() {
  for (int i = 0; i < 10; i++)
    (*table)[i] = i % 2 ? take(20000) : take(112);
}

static NOINLINE void erase() {
  for (int i = 0; i < 10; i += 2)
    table->erase(i);
}

int main() {
  fill();
  erase();
}
