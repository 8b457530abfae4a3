/* A block that only a possibly lost block points to is possibly lost, too. */
/* truth: possible 2*10000 */
/* lsan: takes a pointer to the inside for one to the start */
#include "program.h"

char *inside;

static NOINLINE void hold(void) {
  struct node *outer = take_node(10000);
  outer->next = take_node(10000);
  inside = (char *)outer + 40;
}

int main(void) {
  hold();
  return 0;
}
