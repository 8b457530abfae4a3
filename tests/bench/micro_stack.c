#include "micro.h"

#include <stdlib.h>

#define NOINLINE __attribute__((noinline))
/* Work after the call: it is not a jump then. */
#define KEEP_FRAME() __asm__ volatile("")

static NOINLINE void descend(uint64_t depth, uint64_t ops) {
  if (depth) {
    descend(depth - 1, ops);
    KEEP_FRAME();
    return;
  }
  for (uint64_t i = 0; i < ops; i++) {
    char *p = malloc(64);
    *(volatile char *)p = 1;
    free(p);
  }
}

uint64_t work_deep(uint64_t ops, uint64_t depth) {
  uint64_t start = cpu_now(CLOCK_THREAD_CPUTIME_ID);
  descend(depth, ops);
  return cpu_now(CLOCK_THREAD_CPUTIME_ID) - start;
}

/* Four functions of different frames call one another as the bits of `path` say: 2 bits a frame for
 * the innermost WANDER_FREE frames, so that a stack seldom comes back at once yet the program has
 * only some hundreds. */
enum { WANDER_FREE = 4 };
static void step(uint64_t depth, uint64_t path);

static NOINLINE void leaf(void) {
  char *p = malloc(64);
  *(volatile char *)p = 1;
  free(p);
}

#define STEP(name, words)                                                                          \
  static NOINLINE void name(uint64_t depth, uint64_t path) {                                       \
    uint64_t local[words] = {depth};                                                               \
    __asm__ volatile("" : : "r"(local) : "memory");                                                \
    step(depth - 1, path);                                                                         \
    KEEP_FRAME();                                                                                  \
  }
STEP(step_a, 1)
STEP(step_b, 2)
STEP(step_c, 6)
STEP(step_d, 12)

static NOINLINE void step(uint64_t depth, uint64_t path) {
  static void (*const next[4])(uint64_t, uint64_t) = {step_a, step_b, step_c, step_d};
  if (!depth)
    leaf();
  else if (depth > WANDER_FREE)
    next[depth & 3](depth, path);
  else
    next[path & 3](depth, path >> 2);
  KEEP_FRAME();
}

/* A call of step() and of one of the four are two frames. */
uint64_t work_wander(uint64_t ops, uint64_t depth) {
  uint64_t state = 88172645463325252, start = cpu_now(CLOCK_THREAD_CPUTIME_ID);
  for (uint64_t i = 0; i < ops; i++)
    step(depth / 2, random_step(&state) >> 20);
  return cpu_now(CLOCK_THREAD_CPUTIME_ID) - start;
}
