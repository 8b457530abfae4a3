// expect: definite=164/2
#include "case.h"
int main(void) {
  ESCAPE(get(64));
  ESCAPE(get(100));
  return 0;
}
