/* A block in use and a lost one point to the same child. */
/* truth: definite 1*112, kept 2*100000 */
#include "program.h"

struct node *parent;

static NOINLINE void build(void) {
  parent = take_node(100000);
  parent->next = take_node(100000);
  struct node *lost = take_node(112);
  lost->next = parent->next;
  KEEP(lost);
}

int main(void) {
  build();
  return 0;
}
