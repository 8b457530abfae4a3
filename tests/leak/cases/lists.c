// Long lists, one lost and one live: no recursion, and no work twice.
// once
// expect: definite=16/1 indirect=31999984/1999999 reachable=32000000/2000000
#include "case.h"
struct node {
  struct node *next;
  void *unused;
};
struct node *kept;
static NOINLINE struct node *list(void) {
  struct node *head = NULL;
  for (int i = 0; i < 2000000; i++) {
    struct node *n = malloc(sizeof *n);
    n->next = head, n->unused = NULL;
    head = n;
  }
  return head;
}
int main(void) {
  kept = list();
  ESCAPE(list());
  return 0;
}
