/* A list that is in use is cut off behind its first node. */
/* truth: definite 1*112, indirect 9*112, kept 1*100000 */
#include "program.h"

struct node *list;

static NOINLINE void build(void) {
  list = take_node(100000);
  list->next = take_list(10, 112);
}

static NOINLINE void cut(void) {
  list->next = NULL;
}

int main(void) {
  build();
  cut();
  return 0;
}
