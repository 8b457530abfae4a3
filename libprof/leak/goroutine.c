#include "leak/goroutine.h"

/* struct g, in words: the stack's low and high end, four others, its thread's m, then what it left
 * in its last switch: the stack pointer first. struct m begins with its g0. */
enum { G_LOW, G_HIGH, G_M = 6, G_SP, G_WORDS };

static bool read_g(struct memory *memory, uint64_t at, uint64_t g[G_WORDS]) {
  return at && at % 8 == 0 && memory_read(memory, at, g, G_WORDS * sizeof(*g)) &&
         g[G_LOW] < g[G_HIGH] && g[G_M] % 8 == 0 && g[G_M];
}

static bool read_stacks(struct memory *memory, uint64_t at, struct goroutine *ret) {
  uint64_t g[G_WORDS], g0[G_WORDS], system;
  if (!read_g(memory, at, g) || !memory_word(memory, g[G_M], &system) || system == at ||
      !read_g(memory, system, g0) || g0[G_M] != g[G_M] || g0[G_SP] <= g0[G_LOW] ||
      g0[G_SP] > g0[G_HIGH])
    return false;
  ret->own = (struct go_stack){g[G_LOW], g[G_HIGH], 0};
  ret->system = (struct go_stack){g0[G_LOW], g0[G_HIGH], g0[G_SP]};
  return true;
}

/* The slot is the last of the program's thread-local storage where Go lays it out, and a little
 * before where the C linker does. */
bool goroutine_find(struct memory *memory, uint64_t thread_pointer, struct goroutine *ret) {
  enum { NEAREST = 8, FURTHEST = 512 };
  uint64_t at;
  for (uint64_t i = NEAREST; i <= FURTHEST; i += 8)
    if (memory_word(memory, thread_pointer - i, &at) && read_stacks(memory, at, ret))
      return true;
  return false;
}
