// A pointer behind the count of new[], also of no elements, is what the program got.
// expect: reachable=96/2
#include "case.h"
struct T {
  long a;
  ~T() { ESCAPE(this); }
};
T *ten, *none, *plain;
int main() {
  ten = new T[10];
  none = new T[0];
  size_t n = 0;
  ESCAPE(&n);
  return 0;
}
