/* A block whose only pointer is in itself. */
/* truth: definite 1*112 */
#include "program.h"

static NOINLINE void work(void) {
  struct node *node = take_node(112);
  node->next = node;
  KEEP(node);
}

int main(void) {
  work();
  return 0;
}
