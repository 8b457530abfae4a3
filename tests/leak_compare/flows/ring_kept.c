/* A ring of nodes that a global points into, and a block that points to the ring but is lost
 * itself. */
/* truth: definite 1*112, kept 5*20000 */
#include "program.h"

struct node *ring;

static NOINLINE void build(void) {
  struct node *head = take_list(5, 20000), *last = head;
  while (last->next)
    last = last->next;
  last->next = head;
  ring = head->next->next;
}

static NOINLINE void lose(void) {
  struct node *observer = take_node(112);
  observer->next = ring;
  KEEP(observer);
}

int main(void) {
  build();
  lose();
  return 0;
}
