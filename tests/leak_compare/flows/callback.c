/* A comparison function that sorting calls back loses a block at each call: three elements in order
 * take two or three. */
/* truth: definite 1*112 */
#include "program.h"

static int n_calls;

static NOINLINE int compare(const void *a, const void *b) {
  if (!n_calls++) {
    void *key = take(112);
    KEEP(key);
  }
  return *(const int *)a - *(const int *)b;
}

int main(void) {
  int numbers[] = {3, 1, 2};
  qsort(numbers, 3, sizeof(*numbers), compare);
  return numbers[0] == 1 ? 0 : 1;
}
