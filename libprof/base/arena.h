/* A bump allocator: many small objects that die together.
 *
 * Memory handed out is zeroed, aligned to 16 bytes and lives until arena_deinit. Not thread-safe.
 */
#pragma once

#include <stddef.h>

struct arena {
  struct arena_block *blocks; /* newest first */
  char *next, *end;           /* free space of the newest block */
  size_t total;               /* bytes of all blocks */
};

#define ARENA_INIT                                                                                 \
  { 0 }

/* Frees everything; the arena is then empty and usable again. */
void arena_deinit(struct arena *arena);

/* Takes over n bytes from malloc at p, to hand them out next: memory that was written to already
 * need not come from the kernel. */
void arena_give(struct arena *arena, void *p, size_t n);

/* `size` zeroed bytes, or NULL when memory is exhausted. */
void *arena_alloc(struct arena *arena, size_t size);

/* A zeroed array; NULL also when n * size overflows. */
void *arena_calloc(struct arena *arena, size_t n, size_t size);

/* A copy of `length` bytes of `s` with a NUL after them. */
char *arena_strndup(struct arena *arena, const char *s, size_t length);
