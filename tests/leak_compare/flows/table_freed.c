/* A hash table is freed without its entries, which are chains. */
/* truth: definite 4*112, indirect 8*112 */
#include "program.h"

static NOINLINE void work(void) {
  struct node **buckets = (struct node **)take(64);
  for (int i = 0; i < 4; i++)
    buckets[i] = take_list(3, 112);
  KEEP(buckets);
  give(buckets);
}

int main(void) {
  work();
  return 0;
}
