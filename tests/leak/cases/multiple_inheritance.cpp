// A pointer to the second base class points to the inside of the object.
// expect: reachable=48/1 possible=48/1
#include "case.h"
struct A {
  long a;
  virtual ~A() {}
};
struct B {
  long b;
  virtual ~B() {}
  virtual int f() { return 1; }
};
struct C : A, B {
  long c[2];
  ~C() {}
};
B *second;
long *number;
int main() {
  second = new C;
  number = &(new C)->c[0];
  return 0;
}
