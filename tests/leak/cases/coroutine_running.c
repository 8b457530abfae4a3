// The program ends on a coroutine's stack, which is a block that nothing else points to; what lies below its pointer is dead.
// expect: reachable=65728/3 definite=32/1
#include "case.h"
#include <ucontext.h>
static ucontext_t home;
static NOINLINE void deep(void) {
  void *volatile left[1000];
  left[500] = get(32);
  ESCAPE(left);
}
static void run(void) {
  void *volatile p = get(64);
  deep();
  _exit(p == 0);
}
int main(void) {
  ucontext_t context;
  void *volatile p = get(128);
  getcontext(&context);
  context.uc_stack.ss_sp = malloc(65536);
  context.uc_stack.ss_size = 65536;
  makecontext(&context, run, 0);
  swapcontext(&home, &context);
  return p != 0;
}
