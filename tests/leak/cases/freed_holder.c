// The only pointers are in freed blocks, small and large.
// expect: definite=96/3
#include "case.h"
int main(void) {
  void **small = get(256), **large = get(40000), *guard = get(32);
  small[20] = get(32);
  large[2000] = get(32);
  ESCAPE(guard);
  free(small);
  free(large);
  return 0;
}
