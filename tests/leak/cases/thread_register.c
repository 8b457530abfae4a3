// The only pointers are in registers of a spinning thread, a general and a vector register.
// flags: -pthread
// expect: reachable=192/2
// expect --roots=globals,tls,mmap: definite=192/2
#include "case.h"
#include <pthread.h>
static volatile int ready;
static NOINLINE void spin(void) {
  __asm__ volatile("mov %0, %%r12\n movq %1, %%xmm15\n xor %%eax, %%eax\n xor %%edi, %%edi\n xor "
                   "%%ebx, %%ebx\n movl $1, %2\n1: pause\n jmp 1b"
                   :
                   : "D"(get(64)), "b"(get(128)), "m"(ready)
                   : "rax", "r12", "xmm15");
}
static void *run(void *unused) {
  spin();
  return unused;
}
int main(void) {
  pthread_t t;
  pthread_create(&t, NULL, run, NULL);
  while (!ready)
    usleep(1000);
  return 0;
}
