#include "leak/heap.h"

#include <string.h>

/* glibc's malloc/arena.c: each heap of a secondary arena is aligned to its greatest size and begins
 * with this. */
#define ARENA_HEAP_SIZE (64ull << 20)
struct arena_heap {
  uint64_t arena; /* address of the malloc_state, right after the first heap's header */
  uint64_t previous;
  uint64_t size, writable_size;
};

static bool is_writable(const struct mapping *m) {
  return (m->flags & (MAPPING_READ | MAPPING_WRITE)) == (MAPPING_READ | MAPPING_WRITE);
}

static bool is_arena_heap(struct memory *memory, uint64_t at, uint64_t limit) {
  struct arena_heap heap;
  if (!memory_read(memory, at, &heap, sizeof(heap)))
    return false;
  uint64_t first = heap.arena & ~(ARENA_HEAP_SIZE - 1), gap = heap.arena - first;
  return gap >= sizeof(heap) && gap <= 128 && gap % 8 == 0 &&
         heap.previous % ARENA_HEAP_SIZE == 0 && (first == at) == (heap.previous == 0) &&
         heap.size && heap.size % MEMORY_PAGE == 0 && heap.writable_size % MEMORY_PAGE == 0 &&
         heap.size <= heap.writable_size && heap.writable_size <= ARENA_HEAP_SIZE &&
         heap.writable_size <= limit - at;
}

static bool add_arenas(const struct mapping *m, struct memory *memory, struct ranges *ret) {
  for (uint64_t at = (m->start + ARENA_HEAP_SIZE - 1) & ~(ARENA_HEAP_SIZE - 1); at < m->end;
       at += ARENA_HEAP_SIZE)
    if (is_arena_heap(memory, at, m->end) &&
        !ranges_add(ret, at, at + ARENA_HEAP_SIZE < m->end ? at + ARENA_HEAP_SIZE : m->end))
      return false;
  return true;
}

static bool add_known(const struct maps *maps, struct memory *memory, struct ranges *ret) {
  for (size_t i = 0; i < maps->count; i++) {
    const struct mapping *m = &maps->data[i];
    if (!is_writable(m))
      continue;
    if (!strcmp(m->path, "[heap]") ? !ranges_add(ret, m->start, m->end)
                                   : !m->inode && !add_arenas(m, memory, ret))
      return false;
  }
  return true;
}

/* A chunk with a mapping of its own: bit 1 of its size is set, and the word before that says how
 * far into the mapping it begins (malloc/malloc.c, "mmapped chunks"). */
static bool own_mapping(struct memory *memory, const struct block *block, struct range *ret) {
  uint64_t before, size, chunk = block->start - 16;
  if (block->start % 16 || !memory_word(memory, chunk, &before) ||
      !memory_word(memory, chunk + 8, &size) || !(size & 2) || size & 5 || before >= chunk)
    return false;
  size &= ~7ull;
  *ret = (struct range){chunk - before, chunk + size};
  return ret->start % MEMORY_PAGE == 0 && ret->end % MEMORY_PAGE == 0 && ret->end > block->start &&
         size >= block->size + 16 && size - block->size < (1ull << 22) && before < (1ull << 32);
}

/* Adds the heap around blocks that lie outside of the known regions. Blocks and mappings are both
 * in order. */
static bool add_others(const struct maps *maps, struct memory *memory, const struct blocks *blocks,
                       const struct ranges *known, struct ranges *ret) {
  uint64_t done = 0; /* all below is in `ret` */
  for (size_t i = 0; i < blocks->count; i++) {
    const struct block *block = &blocks->data[i];
    struct range range = {block->start, block->start + (block->size ? block->size : 1)};
    if (block->start < done)
      continue;
    if ((done = ranges_end(known, block->start)))
      continue;
    const struct mapping *m = maps_find(maps, block->start);
    bool own = m && own_mapping(memory, block, &range);
    if (m && !own && !m->inode && !m->path[0] && !mapping_is_bss(maps, m))
      range = (struct range){m->start, m->end};
    if (!ranges_add(ret, range.start, range.end))
      return false;
    done = range.end;
  }
  return true;
}

struct error *heap_find(const struct maps *maps, struct memory *memory, const struct blocks *blocks,
                        struct ranges *ret) {
  struct ranges known = {0};
  bool done = add_known(maps, memory, &known);
  ranges_sort(&known);
  done = done && add_others(maps, memory, blocks, &known, ret);
  for (size_t i = 0; done && i < known.count; i++)
    done = ranges_add(ret, known.data[i].start, known.data[i].end);
  ranges_sort(ret);
  ranges_deinit(&known);
  return done ? NULL : &error_no_memory;
}

/* struct malloc_state, in words: fastbins from 2, top at 12, 127 bins of two words from 14, then 2
 * words of a bitmap and the address of the next arena. An empty bin points at itself, taken for a
 * chunk: 2 words before its place. */
enum {
  ARENA_BINS = 14,
  ARENA_N_BINS = 127,
  ARENA_NEXT = ARENA_BINS + 2 * ARENA_N_BINS + 2,
  ARENA_WORDS = ARENA_NEXT + 5
};

static bool is_arena(const uint64_t *words, uint64_t address) {
  unsigned empty = 0;
  uint64_t next = words[ARENA_NEXT];
  if (next != address && (!next || next % ARENA_HEAP_SIZE > 128))
    return false;
  for (unsigned i = 0; i < ARENA_N_BINS; i++) {
    unsigned at = ARENA_BINS + 2 * i;
    empty += words[at] == address + 8 * (at - 2) && words[at + 1] == words[at];
  }
  return empty >= 16;
}

static bool find_arena_in(const struct mapping *m, struct memory *memory, struct ranges *ret) {
  uint64_t words[8192];
  size_t n = (m->end - m->start) / 8 < 8192 ? (m->end - m->start) / 8 : 8192;
  if (!memory_read(memory, m->start, words, n * 8))
    return true;
  for (size_t i = 0; i + ARENA_WORDS <= n; i++)
    if (is_arena(words + i, m->start + i * 8))
      return ranges_add(ret, m->start + i * 8, m->start + (i + ARENA_WORDS) * 8);
  return true;
}

bool heap_find_main_arena(const struct maps *maps, struct memory *memory, struct ranges *ret) {
  for (size_t i = 0; i < maps->count; i++) {
    const struct mapping *m = &maps->data[i];
    const char *name = strrchr(m->path, '/');
    if (name && is_writable(m) && (!strncmp(name, "/libc.so", 8) || !strncmp(name, "/libc-", 6)) &&
        !find_arena_in(m, memory, ret))
      return false;
  }
  return true;
}
