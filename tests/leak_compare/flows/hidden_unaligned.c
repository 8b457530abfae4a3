/* The only pointer is at an odd address, in a packed structure. */
/* truth: hidden 1*112 */
#include "program.h"

struct __attribute__((packed)) record {
  char kind;
  void *content;
};
struct record record __attribute__((aligned(16)));

static NOINLINE void hold(void) {
  record.content = take(112);
}

int main(void) {
  hold();
  return 0;
}
