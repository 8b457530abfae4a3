/* Blocks with their length in front, as sqlite has them: a pointer behind it is as good as one to
 * the start. */
/* truth: kept 1*100000 */
/* calls: plain */
#include "program.h"

uint64_t *content;

static NOINLINE void hold(void) {
  content = (uint64_t *)take(100000);
  *content++ = 100000 - sizeof(*content);
}

int main(void) {
  hold();
  return 0;
}
