/* Each of three calls leaves a block in a local variable. */
/* truth: definite 3*208 */
#include "program.h"

static NOINLINE void use(int value) {
  int *volatile numbers = (int *)take(208);
  numbers[0] = value;
}

int main(void) {
  for (int i = 0; i < 3; i++)
    use(i);
  return 0;
}
