/* A ring of nodes: one counts as lost, the others by it. */
/* truth: definite 1*112, indirect 4*112 */
#include "program.h"

static NOINLINE void work(void) {
  struct node *head = take_list(5, 112), *last = head;
  while (last->next)
    last = last->next;
  last->next = head;
  KEEP(head);
}

int main(void) {
  work();
  return 0;
}
