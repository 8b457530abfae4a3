#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_SIZE = 256 << 10, ALIGNMENT = 16 };

struct arena_block {
  _Alignas(ALIGNMENT) struct arena_block *older;
};

void arena_deinit(struct arena *arena) {
  for (struct arena_block *block = arena->blocks, *older; block; block = older) {
    older = block->older;
    free(block);
  }
  *arena = (struct arena)ARENA_INIT;
}

static int arena_grow(struct arena *arena, size_t size) {
  size_t room = size > BLOCK_SIZE ? size : BLOCK_SIZE;
  struct arena_block *block = calloc(1, sizeof(*block) + room);
  if (!block)
    return -1;
  block->older = arena->blocks;
  arena->blocks = block;
  arena->next = (char *)(block + 1);
  arena->end = arena->next + room;
  return 0;
}

void *arena_alloc(struct arena *arena, size_t size) {
  if (size > PTRDIFF_MAX - BLOCK_SIZE)
    return NULL;
  /* Not NULL for 0 bytes of an arena without blocks: NULL says that memory ran out. */
  size = size ? (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1) : ALIGNMENT;
  if ((size_t)(arena->end - arena->next) < size && arena_grow(arena, size) < 0)
    return NULL;
  void *p = arena->next;
  arena->next += size;
  return p;
}

void *arena_calloc(struct arena *arena, size_t n, size_t size) {
  size_t total;
  return __builtin_mul_overflow(n, size, &total) ? NULL : arena_alloc(arena, total);
}

char *arena_strndup(struct arena *arena, const char *s, size_t length) {
  char *copy = arena_alloc(arena, length + 1);
  if (copy)
    memcpy(copy, s, length);
  return copy;
}
