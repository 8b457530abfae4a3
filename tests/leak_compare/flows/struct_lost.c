/* A structure is lost with what its members point to. */
/* truth: definite 1*64, indirect 1*112 1*208 */
#include "program.h"

static NOINLINE void work(void) {
  struct node *pair = take_node(64);
  pair->next = take_node(112);
  pair->other = take_node(208);
  KEEP(pair);
}

int main(void) {
  work();
  return 0;
}
