#include "base/arena.h"

#include "base/huge_pages.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Each block is twice as large as the one before it, between these. OVERHEAD makes room for
 * malloc's own header, so that large blocks are whole numbers of huge pages, to which kernels align
 * mappings. */
enum { FIRST_BLOCK = 128 << 10, LARGEST_BLOCK = 16 << 20, OVERHEAD = 64, ALIGNMENT = 16 };

struct arena_block {
  _Alignas(ALIGNMENT) struct arena_block *older;
  size_t size; /* unless an object is larger than that */
};

void arena_deinit(struct arena *arena) {
  for (struct arena_block *block = arena->blocks, *older; block; block = older) {
    older = block->older;
    free(block);
  }
  *arena = (struct arena)ARENA_INIT;
}

static size_t next_size(const struct arena_block *last) {
  size_t doubled = last ? last->size * 2 : FIRST_BLOCK;
  return doubled < LARGEST_BLOCK ? doubled : LARGEST_BLOCK;
}

void arena_give(struct arena *arena, void *p, size_t n) {
  struct arena_block *block = p;
  if (!p || n < FIRST_BLOCK) {
    free(p);
    return;
  }
  memset(p, 0, n);
  *block = (struct arena_block){.older = arena->blocks, .size = next_size(arena->blocks)};
  arena->blocks = block;
  arena->next = (char *)(block + 1);
  arena->end = (char *)p + n;
  arena->total += n;
}

static int arena_grow(struct arena *arena, size_t size) {
  size_t usual = next_size(arena->blocks), least = size + sizeof(struct arena_block) + OVERHEAD;
  size_t block_size = least > usual ? least : usual;
  struct arena_block *block = calloc(1, block_size - OVERHEAD);
  if (!block)
    return -1;
  huge_pages_prefer(block, block_size - OVERHEAD);
  *block = (struct arena_block){.older = arena->blocks, .size = usual};
  arena->blocks = block;
  arena->next = (char *)(block + 1);
  arena->end = (char *)block + block_size - OVERHEAD;
  arena->total += block_size - OVERHEAD;
  return 0;
}

void *arena_alloc(struct arena *arena, size_t size) {
  if (size > PTRDIFF_MAX - LARGEST_BLOCK)
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
