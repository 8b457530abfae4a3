// flags: -std=c++17
// expect: definite=256/1 reachable=512/1
#include "case.h"
struct alignas(128) T {
  char c[256];
};
T *kept;
int main() {
  kept = new T[2];
  T *lost = new T;
  ESCAPE(lost);
  return 0;
}
