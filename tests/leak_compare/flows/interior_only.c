/* The only pointer is into the middle of the block; a second block is in use by a pointer to its
 * start. */
/* truth: possible 1*10000, kept 1*100000 */
/* lsan: takes a pointer to the inside for one to the start */
#include "program.h"

char *inside, *start;

static NOINLINE void hold(void) {
  inside = (char *)take(10000) + 40;
  start = (char *)take(100000);
}

int main(void) {
  hold();
  return 0;
}
