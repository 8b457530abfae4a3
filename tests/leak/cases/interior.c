// expect: possible=100/1
#include "case.h"
char *inside;
int main(void) {
  inside = (char *)get(100) + 40;
  return 0;
}
