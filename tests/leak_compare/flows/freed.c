/* All is freed. */
/* truth: */
#include "program.h"

static NOINLINE void work(void) {
  struct node *head = take_list(20, 112);
  while (head) {
    struct node *next = head->next;
    give(head);
    head = next;
  }
}

int main(void) {
  work();
  return 0;
}
