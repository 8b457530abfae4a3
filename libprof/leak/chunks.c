#include "leak/chunks.h"

#include "leak/arenas.h"

#include <stdlib.h>
#include <string.h>

enum {
  CHUNK_LEAST = 32, /* smaller: the fence at the end of a heap that does not go on */
  HEADER = 16,      /* from a chunk to its block */
  PREVIOUS_IN_USE = 1,
  FLAGS = 7
};

struct account {
  struct image *image;
  uint64_t freed_word;
  struct ranges heaps;   /* glibc's, all of them */
  struct ranges walked;  /* those whose walk is believed */
  struct ranges fastbin; /* the chunks in fastbins, a byte each */
  bool *held;            /* by block: a chunk in use is its own */
  bool failed;           /* no memory */
};

static uint64_t word_at(struct account *a, uint64_t address) {
  uint64_t word;
  return memory_word(&a->image->memory, address, &word) ? word : 0;
}

typedef void chunk_fn(struct account *a, uint64_t chunk, uint64_t size);

/* Calls `visit`, which may be NULL, for each chunk in use. Whether the walk ended where glibc says:
 * at the arena's top, or at a fence. */
static bool chunk_walk(struct account *a, uint64_t chunk, uint64_t end, uint64_t top,
                       chunk_fn *visit) {
  uint64_t size = word_at(a, chunk + 8);
  while (chunk != top && (size & ~(uint64_t)FLAGS) >= CHUNK_LEAST) {
    uint64_t next = chunk + (size & ~(uint64_t)FLAGS);
    if (next % HEADER || next <= chunk || next > end - HEADER)
      return false;
    uint64_t next_size = word_at(a, next + 8);
    if (visit && next_size & PREVIOUS_IN_USE)
      visit(a, chunk, next - chunk);
    chunk = next;
    size = next_size;
  }
  return chunk == top || (size & ~(uint64_t)FLAGS) == HEADER;
}

/* A cached chunk's second word; else what the program keeps there. */
static bool is_free(struct account *a, uint64_t chunk) {
  return ranges_hold(&a->fastbin, chunk) ||
         (a->freed_word && word_at(a, chunk + HEADER + 8) == a->freed_word);
}

/* malloc_usable_size is 8 less than the chunk's size, and a remainder of CHUNK_LEAST would have
 * been split off. */
static bool fits(const struct block *block, uint64_t chunk, uint64_t size) {
  uint64_t usable = size - 8;
  return block->start == chunk + HEADER && block->size <= usable &&
         usable - block->size < 2 * CHUNK_LEAST;
}

static void chunk_hold(struct account *a, uint64_t chunk, uint64_t size) {
  struct blocks *blocks = &a->image->blocks;
  uint32_t i = blocks_before(blocks, chunk + HEADER);
  if (is_free(a, chunk))
    return;
  if (i != BLOCK_NONE && fits(&blocks->data[i], chunk, size))
    a->held[i] = true;
  else
    a->failed |= !image_add_whole(a->image, &(struct root_range){.start = chunk + HEADER,
                                                                 .end = chunk + size + 8,
                                                                 .class = ROOT_MMAP,
                                                                 .path = ""});
}

static void account_heap(struct account *a, uint64_t first, uint64_t end, uint64_t top) {
  a->failed |= !ranges_add(&a->heaps, first, end);
  if (!chunk_walk(a, first, end, top, NULL))
    return;
  chunk_walk(a, first, end, top, chunk_hold);
  a->failed |= !ranges_add(&a->walked, first, end);
}

/* Since glibc 2.32 a link is kept xor the page that it lies in. */
static uint64_t link_at(struct account *a, uint64_t address) {
  uint64_t link = word_at(a, address), plain = link ^ address >> 12;
  return plain % HEADER ? link : plain;
}

static void add_fastbins(struct account *a, uint64_t arena) {
  enum { LONGEST = 1 << 24 };
  for (int bin = 0; bin < ARENA_N_FASTBINS; bin++) {
    uint64_t chunk = word_at(a, arena + 8 * (ARENA_FASTBINS + (uint64_t)bin));
    for (int n = 0; n < LONGEST && chunk && chunk % HEADER == 0; n++) {
      a->failed |= !ranges_add(&a->fastbin, chunk, chunk + 1);
      chunk = link_at(a, chunk + HEADER);
    }
  }
}

static bool add_main_fastbins(void *context, uint64_t arena) {
  add_fastbins(context, arena);
  return true;
}

static bool account_main(void *context, uint64_t arena) {
  struct account *a = context;
  uint64_t top = word_at(a, arena + 8 * ARENA_TOP);
  for (size_t i = 0; i < a->image->maps.count; i++) {
    const struct mapping *m = &a->image->maps.data[i];
    if (!strcmp(m->path, "[heap]"))
      account_heap(a, m->start, m->end, top);
  }
  return true;
}

static void each_heap(struct account *a, arena_heap_fn *visit) {
  for (size_t i = 0; i < a->image->maps.count; i++) {
    const struct mapping *m = &a->image->maps.data[i];
    if (!m->inode && m->flags & MAPPING_WRITE)
      arena_each_heap(&a->image->memory, m, visit, a);
  }
}

static bool add_heap_fastbins(void *context, uint64_t at, const struct arena_heap *heap) {
  if (!heap->previous) /* the first heap of its arena, which it holds */
    add_fastbins(context, at + heap->arena % ARENA_HEAP_SIZE);
  return true;
}

static bool account_arena_heap(void *context, uint64_t at, const struct arena_heap *heap) {
  struct account *a = context;
  uint64_t first = at + heap->arena % ARENA_HEAP_SIZE + (heap->previous ? 0 : 8 * ARENA_WORDS);
  account_heap(a, (first + HEADER - 1) & ~(uint64_t)(HEADER - 1), at + heap->size,
               word_at(a, heap->arena + 8 * ARENA_TOP));
  return true;
}

/* Outside of the heaps a block of glibc's has a mapping of its own, and goes with it. With another
 * allocator, which has no freed word, it may be anywhere. */
static bool is_kept(void *context, size_t i) {
  struct account *a = context;
  const struct block *block = &a->image->blocks.data[i];
  struct range mapping;
  if (a->held[i] || ranges_hold(&a->walked, block->start))
    return a->held[i];
  return !a->freed_word || ranges_hold(&a->heaps, block->start) ||
         arena_mapped_chunk(&a->image->memory, block, &mapping);
}

static void take_account(struct account *a) {
  struct image *image = a->image;
  arena_each_main(&image->maps, &image->memory, add_main_fastbins, a);
  each_heap(a, add_heap_fastbins);
  ranges_sort(&a->fastbin);
  arena_each_main(&image->maps, &image->memory, account_main, a);
  each_heap(a, account_arena_heap);
  ranges_sort(&a->walked);
  ranges_sort(&a->heaps);
}

struct error *chunks_heed(struct image *image, uint64_t freed_word) {
  struct account a = {.image = image, .freed_word = freed_word};
  a.held = calloc(image->blocks.count + 1, sizeof(*a.held));
  struct error *err = a.held ? NULL : &error_no_memory;
  if (!err) {
    take_account(&a);
    err = a.failed ? &error_no_memory : blocks_keep(&image->blocks, is_kept, &a);
  }
  ranges_deinit(&a.heaps);
  ranges_deinit(&a.walked);
  ranges_deinit(&a.fastbin);
  free(a.held);
  return err;
}
