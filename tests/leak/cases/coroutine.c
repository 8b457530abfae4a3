// Two coroutines wait, one on a block's stack and one on a mapping's, each with the only pointer to something.
// expect: reachable=65728/3
#include "case.h"
#include <sys/mman.h>
#include <ucontext.h>
static ucontext_t home, context[2];
static void run(int i, int size) {
  void *volatile p = get(size);
  clean();
  swapcontext(&context[i], &home);
  ESCAPE(p);
}
int main(void) {
  void *stack[2] = {malloc(65536),
                    mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)};
  for (int i = 0; i < 2; i++) {
    getcontext(&context[i]);
    context[i].uc_stack.ss_sp = stack[i];
    context[i].uc_stack.ss_size = 65536;
    makecontext(&context[i], (void (*)(void))run, 2, i, 64 << i);
    swapcontext(&home, &context[i]);
  }
  return 0;
}
