// A block that atexit handlers and destructors free is no leak; one that they lose is.
// expect: definite=48/2
#include "case.h"
static void *a, *b;
static void handler(void) {
  free(a);
  a = NULL;
  ESCAPE(get(16));
}
__attribute__((destructor)) static void destructor(void) {
  free(b);
  b = NULL;
  ESCAPE(get(32));
}
int main(void) {
  a = get(100), b = get(200);
  atexit(handler);
  return 0;
}
