/* A list is lost at its head. */
/* truth: definite 1*112, indirect 19*112 */
#include "program.h"

static NOINLINE void work(void) {
  struct node *head = take_list(20, 112);
  KEEP(head);
}

int main(void) {
  work();
  return 0;
}
