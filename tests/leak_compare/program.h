/* Code that the programs of tests/leak_compare share. Each is compiled with TAKE, an expression
 * that obtains a block of n bytes in one of the ways of calls.py, and GIVE, a statement that frees
 * such a block p.
 *
 * The heads of the programs say what becomes of their blocks; compare.py reads them there. Sizes:
 * what is lost is below 10000 bytes in all, if the program has other blocks, too; what is possibly
 * lost a multiple of 10000 and below 100000; what is in use a multiple of 100000 in all: so a sum
 * that a tool reports tells which it saw. A variable that holds a block is not static if it is
 * never read: gcc would leave it out. */
#pragma once

#include <dlfcn.h>
#include <malloc.h>
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wchar.h>

#define NOINLINE __attribute__((noinline))

#ifdef __cplusplus
#define EXPORT extern "C"
#else
#define EXPORT
#endif

/* Compilers may leave out an allocation that nothing depends on, and stores to it. */
#define KEEP(pointer) __asm__ volatile("" : "+r"(pointer) : : "memory")

/* A string of n bytes with its end. */
static inline char *text(size_t n) {
  static char buffer[1 << 18];
  memset(buffer, 'x', n - 1);
  buffer[n - 1] = 0;
  return buffer;
}

static inline wchar_t *wide_text(size_t n) {
  static wchar_t buffer[1 << 16];
  wmemset(buffer, L'x', n / sizeof(wchar_t) - 1);
  buffer[n / sizeof(wchar_t) - 1] = 0;
  return buffer;
}

static inline void *aligned_block(size_t alignment, size_t n) {
  void *p = NULL;
  return posix_memalign(&p, alignment, n) ? NULL : p;
}

#ifdef __cplusplus
#include <new>
/* An array of these has its number of elements in front. */
struct Cell {
  long value;
  ~Cell() { KEEP(value); }
};
#endif

/* Inlined, so that each way to allocate meets the optimizer in the code that uses the block.
 * Zeroed, since what was left in a block by another is not what is compared here. */
static inline __attribute__((always_inline)) void *take(size_t n) {
  void *p = TAKE;
  KEEP(p);
  memset(p, 0, n);
  KEEP(p);
  return p;
}

static inline __attribute__((always_inline)) void give(void *p) {
  GIVE;
}

struct node {
  struct node *next, *other;
};

static inline __attribute__((always_inline)) struct node *take_node(size_t n) {
  return (struct node *)take(n);
}

/* A list of `count` nodes, the first of which is returned. */
static inline __attribute__((always_inline)) struct node *take_list(int count, size_t n) {
  struct node *head = NULL;
  while (count--) {
    struct node *node = take_node(n);
    node->next = head;
    head = node;
  }
  return head;
}

static inline void wait_for_ever(void) {
  for (;;)
    pause();
}

/* Starts a thread and waits until it is done. */
static inline void run_thread(void *(*function)(void *), void *argument) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, function, argument))
    abort();
  pthread_join(thread, NULL);
}

static sem_t ready;

/* The thread's earlier work must leave no pointer in its registers or where the stack was deeper:
 * the program may end while the thread is still in sem_post. */
static inline __attribute__((always_inline)) void say_ready(void) {
  __asm__ volatile("lea -8192(%%rsp), %%rdi\n mov $1008, %%ecx\n xor %%eax, %%eax\n rep stosq\n"
                   "xor %%edx, %%edx\n xor %%esi, %%esi\n xor %%edi, %%edi\n"
                   "xor %%r8d, %%r8d\n xor %%r9d, %%r9d\n xor %%r10d, %%r10d\n xor %%r11d, %%r11d\n"
                   "pxor %%xmm0, %%xmm0\n pxor %%xmm1, %%xmm1\n" ::
                       : "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "xmm0",
                         "xmm1", "memory");
  sem_post(&ready);
}

/* Starts a thread that calls say_ready and stays. */
static inline void start_thread(void *(*function)(void *)) {
  pthread_t thread;
  sem_init(&ready, 0, 0);
  if (pthread_create(&thread, NULL, function, NULL))
    abort();
  sem_wait(&ready);
}
