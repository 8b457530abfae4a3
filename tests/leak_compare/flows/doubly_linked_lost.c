/* A doubly linked list is lost: all its nodes lead to each other. */
/* truth: definite 1*112, indirect 7*112 */
#include "program.h"

static NOINLINE void work(void) {
  struct node *head = take_list(8, 112);
  for (struct node *node = head; node->next; node = node->next)
    node->next->other = node;
  KEEP(head);
}

int main(void) {
  work();
  return 0;
}
