/* A list in use. */
/* truth: kept 20*10000 */
#include "program.h"

struct node *list;

static NOINLINE void build(void) {
  list = take_list(20, 10000);
}

int main(void) {
  build();
  return 0;
}
