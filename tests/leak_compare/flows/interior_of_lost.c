/* A lost block points into another's middle. */
/* truth: definite 1*112, indirect 1*208 */
#include "program.h"

static NOINLINE void work(void) {
  struct node *lost = take_node(112);
  lost->next = (struct node *)((char *)take(208) + 40);
  KEEP(lost);
}

int main(void) {
  work();
  return 0;
}
