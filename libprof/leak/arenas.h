/* glibc's arenas, by the shape of their records in a stopped process: malloc/arena.c and
 * malloc/malloc.c of glibc 2.26 and later. No symbols are needed. */
#pragma once

#include "leak/blocks.h"
#include "leak/memory.h"
#include "leak/ranges.h"
#include "proc/maps.h"

/* Each heap of a secondary arena is aligned to its greatest size and begins with this. */
#define ARENA_HEAP_SIZE (64ull << 20)
struct arena_heap {
  uint64_t arena; /* address of the malloc_state, right after the first heap's header */
  uint64_t previous;
  uint64_t size, writable_size;
};

/* struct malloc_state, in words: fastbins from 2, top at 12, 127 bins of two words from 14, then 2
 * words of a bitmap and the address of the next arena. */
enum {
  ARENA_FASTBINS = 2,
  ARENA_N_FASTBINS = 10,
  ARENA_TOP = 12,
  ARENA_BINS = 14,
  ARENA_N_BINS = 127,
  ARENA_NEXT = ARENA_BINS + 2 * ARENA_N_BINS + 2,
  ARENA_THREADS = ARENA_NEXT + 2, /* that use it */
  ARENA_WORDS = ARENA_NEXT + 5
};

/* Calls `visit` for each heap of secondary arenas in the mapping, while it returns true; false if
 * it did not. */
typedef bool arena_heap_fn(void *context, uint64_t at, const struct arena_heap *heap);
bool arena_each_heap(struct memory *memory, const struct mapping *mapping, arena_heap_fn *visit,
                     void *context);

/* The mapping of a block whose chunk has one of its own: bit 1 of its size is set, and the word
 * before that says how far into the mapping it begins ("mmapped chunks"). False if it has none. */
bool arena_mapped_chunk(struct memory *memory, const struct block *block, struct range *ret);

/* Calls `visit` with the address of each main arena, which lies in its libc's data: one, except
 * where dlmopen brought more, while it returns true. Returns false if `visit` did. */
typedef bool arena_fn(void *context, uint64_t arena);
bool arena_each_main(const struct maps *maps, struct memory *memory, arena_fn *visit,
                     void *context);
