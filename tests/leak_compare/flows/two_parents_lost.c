/* Two lost blocks point to one child, which is lost once. */
/* truth: definite 2*112, indirect 1*208 */
#include "program.h"

static NOINLINE void build(void) {
  struct node *a = take_node(112), *b = take_node(112);
  a->next = b->next = take_node(208);
  KEEP(a);
  KEEP(b);
}

int main(void) {
  build();
  return 0;
}
