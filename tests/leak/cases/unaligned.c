// expect: definite=64/1
// expect --unaligned: reachable=64/1
#include "case.h"
struct __attribute__((packed)) {
  char c;
  void *p;
} odd;
int main(void) {
  odd.p = get(64);
  return 0;
}
