// expect: definite=64/1
#include "case.h"
char *end;
int main(void) {
  end = (char *)get(64) + 64;
  return 0;
}
