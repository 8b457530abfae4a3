/* Stacks of the program's own making, and code without unwind information on them.
 *
 * stacks many N    N coroutines that take turns, each of which allocates
 * stacks gone      frame pointers into a part of a stack that is there no more, in four ways
 * stacks wild      frame pointers that are no addresses, and addresses of other memory
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

enum { PAGE = 4096, PAGES = 16, STACK = PAGES * PAGE, ROUNDS = 3 };

static void *volatile kept;

__attribute__((noinline)) void allocate_64(void) {
  kept = malloc(64);
  free(kept);
}

/* Calls `function` with the stack pointer at `sp` and the frame pointer a plain register. */
void call_on(uintptr_t sp, uintptr_t bp, void (*function)(void));
__asm__(".text\n"
        "call_on:\n"
        "  push %rbp\n"
        "  push %rbx\n"
        "  mov %rsp, %rbx\n"
        "  mov %rdi, %rsp\n"
        "  mov %rsi, %rbp\n"
        "  call *%rdx\n"
        "  mov %rbx, %rsp\n"
        "  pop %rbx\n"
        "  pop %rbp\n"
        "  ret\n");

static char *map_stack(void) {
  char *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (stack == MAP_FAILED)
    exit(2);
  mprotect(stack, PAGE, PROT_NONE); /* else the kernel makes one mapping of neighbours */
  return stack;
}

/* Coroutines. */

static ucontext_t scheduler, *coroutines;

__attribute__((noinline)) static void turn(int i) {
  for (int round = 0; round < ROUNDS; round++) {
    allocate_64();
    swapcontext(&coroutines[i], &scheduler);
  }
}

static void coroutine(int i) {
  turn(i);
}

static void many(int n) {
  coroutines = calloc((size_t)n, sizeof(*coroutines));
  for (int i = 0; i < n; i++) {
    getcontext(&coroutines[i]);
    coroutines[i].uc_stack.ss_sp = map_stack();
    coroutines[i].uc_stack.ss_size = STACK;
    coroutines[i].uc_link = &scheduler;
    makecontext(&coroutines[i], (void (*)(void))coroutine, 1, i);
  }
  for (int round = 0; round <= ROUNDS; round++)
    for (int i = 0; i < n; i++)
      swapcontext(&scheduler, &coroutines[i]);
}

/* Stacks that shrink. */

static void take_away(int way, char *from, size_t size) {
  if (way == 0)
    munmap(from, size);
  else if (way == 1)
    mremap(from, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, map_stack());
  else if (way == 2)
    mmap(from, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  else
    mprotect(from, size, PROT_NONE);
}

int main(int argc, char **argv);

static void gone(void) {
  for (int way = 0; way < 4; way++) {
    char *stack = map_stack(), *half = stack + STACK / 2;
    uintptr_t frame[] = {0, (uintptr_t)main + 1};
    memcpy(half + PAGE, frame, sizeof(frame));
    for (int same = 0; same < 3; same++) {
      call_on((uintptr_t)(half - PAGE), (uintptr_t)(half + PAGE), allocate_64);
      if (same == 1)
        take_away(way, half, STACK / 2);
    }
    for (char *bp = half - 24; bp < half + PAGE; bp += 8)
      call_on((uintptr_t)(half - PAGE), (uintptr_t)bp, allocate_64);
    for (uintptr_t sp = (uintptr_t)half - 512; sp <= (uintptr_t)half; sp += 16)
      call_on(sp, (uintptr_t)half - 8, allocate_64);
  }
}

/* Numbers that point to no frame. */

static void wild_on(char *top) {
  static const uintptr_t values[] = {0,
                                     1,
                                     8,
                                     -1ul,
                                     -8ul,
                                     -16ul,
                                     -24ul,
                                     1ul << 47,
                                     1ul << 63,
                                     (1ul << 47) - 8,
                                     (1ul << 47) - 16,
                                     ~0ul << 47};
  for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++)
    call_on((uintptr_t)top, values[i], allocate_64);
  uint64_t state = 1;
  for (int i = 0; i < 20000; i++) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    uintptr_t range = 1ul << (12 + state % 20);
    call_on((uintptr_t)top, ((uintptr_t)top + (state >> 24) % range) & ~7ul, allocate_64);
  }
}

static void *wild(void *unused) {
  char *stack = map_stack(), here[8 * PAGE];
  memset(here, 0x5a, sizeof(here));
  mprotect(stack + STACK - PAGE, PAGE, PROT_NONE);
  wild_on(stack + STACK - 2 * PAGE);
  wild_on((char *)((uintptr_t)(here + 4 * PAGE) & ~15ul));
  return unused;
}

int main(int argc, char **argv) {
  if (argc > 2)
    many(atoi(argv[2]));
  else if (argc > 1 && !strcmp(argv[1], "gone"))
    gone();
  else {
    pthread_t thread;
    wild(NULL);
    pthread_create(&thread, NULL, wild, NULL);
    pthread_join(thread, NULL);
  }
  puts("done");
  return 0;
}
