/* A suspended coroutine has the only pointer on its stack, which is a static array. */
/* truth: kept 1*100000 */
#include "program.h"

#include <ucontext.h>

static char stack[64 * 1024] __attribute__((aligned(16)));
static ucontext_t caller, coroutine;

static void work(void) {
  void *volatile p = take(100000);
  swapcontext(&coroutine, &caller);
  if (!p)
    abort();
}

int main(void) {
  getcontext(&coroutine);
  coroutine.uc_stack.ss_sp = stack;
  coroutine.uc_stack.ss_size = sizeof(stack);
  makecontext(&coroutine, work, 0);
  swapcontext(&caller, &coroutine);
  return 0;
}
