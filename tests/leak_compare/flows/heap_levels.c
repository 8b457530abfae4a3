/* Three levels of blocks below a global. */
/* truth: kept 3*100000 */
#include "program.h"

struct node *top;

static NOINLINE void hold(void) {
  top = take_node(100000);
  top->other = take_node(100000);
  top->other->next = take_node(100000);
}

int main(void) {
  hold();
  return 0;
}
