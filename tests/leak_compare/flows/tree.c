/* Two binary trees of 15 nodes, one lost at its root, one in use. */
/* truth: definite 1*112, indirect 14*112, kept 15*20000 */
#include "program.h"

struct node *root;

static NOINLINE struct node *grow(int depth, size_t n) {
  struct node *node = take_node(n);
  if (depth > 1) {
    node->next = grow(depth - 1, n);
    node->other = grow(depth - 1, n);
  }
  return node;
}

static NOINLINE void lose(void) {
  struct node *lost = grow(4, 112);
  KEEP(lost);
}

int main(void) {
  root = grow(4, 20000);
  lose();
  return 0;
}
