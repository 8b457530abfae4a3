// The program ends where a context without a successor returns: libc calls exit from the outermost frame. Words that calls left
// deeper on its stack are dead; main's frame, which waits, is not.
// expect: definite=64/1 reachable=32/1
#include "case.h"
#include <sys/mman.h>
#include <ucontext.h>

static ucontext_t home, inside;

static NOINLINE void fill(void *p) {
  void *volatile words[512];
  for (int i = 0; i < 512; i++)
    words[i] = p;
  ESCAPE(words);
}

static void run(void) {
  fill(get(64));
}

int main(void) {
  void *volatile kept = get(32);
  size_t size = 256 << 10;
  getcontext(&inside);
  inside.uc_stack.ss_sp =
      mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  inside.uc_stack.ss_size = size;
  inside.uc_link = NULL;
  makecontext(&inside, run, 0);
  swapcontext(&home, &inside);
  return kept != 0;
}
