// expect: reachable=10400/100 definite=64/1
/* The nodes of glibc's tsearch are not the case's own, so all of them must be reachable. The keys
 * of the tree are; what only a key of it points to is, too. */
#include "case.h"
#include <search.h>

static void *root;

struct key {
  int number;
  void *held;
};

static int compare(const void *a, const void *b) {
  return ((const struct key *)a)->number - ((const struct key *)b)->number;
}

static NOINLINE void fill(void) {
  for (int i = 0; i < 50; i++) {
    struct key *key = get(sizeof(*key));
    key->number = i * 7 % 50;
    key->held = get(192);
    tsearch(key, &root, compare);
  }
}

static NOINLINE void lose(void) {
  ESCAPE(get(64));
}

int main(void) {
  fill();
  lose();
  clean();
  return 0;
}
