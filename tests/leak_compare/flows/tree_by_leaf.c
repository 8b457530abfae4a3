/* Nodes point to their parents; a leaf in a global keeps its ancestors and nobody else. */
/* truth: definite 1*112, kept 3*100000 */
#include "program.h"

struct node *leaf;

static NOINLINE void build(void) {
  struct node *top = take_node(100000), *middle = take_node(100000), *lost = take_node(112);
  middle->next = top;
  lost->next = middle;
  leaf = take_node(100000);
  leaf->next = middle;
  KEEP(lost);
}

int main(void) {
  build();
  return 0;
}
