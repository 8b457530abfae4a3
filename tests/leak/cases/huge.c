// Blocks with mappings of their own, one lost, one kept, the kept one holding the only pointer to another.
// expect: definite=3000000/1 reachable=5000064/2
#include "case.h"
void **kept;
int main(void) {
  ESCAPE(get(3000000));
  kept = calloc(1, 5000000);
  kept[600000] = get(64);
  return 0;
}
