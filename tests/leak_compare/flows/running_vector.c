/* A running thread has the only pointer in a vector register. */
/* truth: kept 1*100000 */
#include "program.h"

static uintptr_t complement;
static volatile int in_register;

static NOINLINE void make(void) {
  complement = ~(uintptr_t)take(100000);
}

static void *work(void *argument) {
  make();
  __asm__ volatile(
      "mov %0, %%r12\n not %%r12\n movq %%r12, %%xmm9\n xor %%r12, %%r12\n movl $1, %1\n"
      "1: mov $34, %%eax\n syscall\n jmp 1b" /* pause */
      :
      : "m"(complement), "m"(in_register)
      : "r12", "rax", "rcx", "r11", "xmm9", "memory");
  return argument;
}

int main(void) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, work, NULL))
    abort();
  while (!in_register)
    usleep(1000);
  return 0;
}
