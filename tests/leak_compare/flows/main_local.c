/* The pointer is in a variable of main, and main returns. */
/* truth: definite 1*112 */
#include "program.h"

int main(void) {
  void *volatile p = take(112);
  return p ? 0 : 1;
}
