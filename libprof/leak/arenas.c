#include "leak/arenas.h"

#include <string.h>

static bool arena_heap_read(struct memory *memory, uint64_t at, uint64_t limit,
                            struct arena_heap *ret) {
  if (!memory_read(memory, at, ret, sizeof(*ret)))
    return false;
  uint64_t first = ret->arena & ~(ARENA_HEAP_SIZE - 1), gap = ret->arena - first;
  return gap >= sizeof(*ret) && gap <= 128 && gap % 8 == 0 &&
         ret->previous % ARENA_HEAP_SIZE == 0 && (first == at) == (ret->previous == 0) &&
         ret->size && ret->size % MEMORY_PAGE == 0 && ret->writable_size % MEMORY_PAGE == 0 &&
         ret->size <= ret->writable_size && ret->writable_size <= ARENA_HEAP_SIZE &&
         ret->writable_size <= limit - at;
}

struct heap_search {
  struct memory *memory;
  uint64_t limit;
  arena_heap_fn *visit;
  void *context;
};

static bool look_for_heaps(void *context, uint64_t start, uint64_t end) {
  const struct heap_search *search = context;
  struct arena_heap heap;
  for (uint64_t at = (start + ARENA_HEAP_SIZE - 1) & ~(ARENA_HEAP_SIZE - 1); at < end;
       at += ARENA_HEAP_SIZE)
    if (arena_heap_read(search->memory, at, search->limit, &heap) &&
        !search->visit(search->context, at, &heap))
      return false;
  return true;
}

bool arena_each_heap(struct memory *memory, const struct mapping *mapping, arena_heap_fn *visit,
                     void *context) {
  struct heap_search search = {memory, mapping->end, visit, context};
  return memory_each_touched(memory, mapping->start, mapping->end, look_for_heaps, &search);
}

bool arena_mapped_chunk(struct memory *memory, const struct block *block, struct range *ret) {
  uint64_t before, size, chunk = block->start - 16;
  if (block->start % 16 || !memory_word(memory, chunk, &before) ||
      !memory_word(memory, chunk + 8, &size) || !(size & 2) || size & 5 || before >= chunk)
    return false;
  size &= ~7ull;
  *ret = (struct range){chunk - before, chunk + size};
  return ret->start % MEMORY_PAGE == 0 && ret->end % MEMORY_PAGE == 0 && ret->end > block->start &&
         size >= block->size + 16 && size - block->size < (1ull << 22) && before < (1ull << 32);
}

/* An empty bin points at itself, taken for a chunk: 2 words before its place. Bins are 2 words
 * each, so the places 2 words before and after an arena have that, too; there the other fields
 * differ. */
static bool is_arena(const uint64_t *words, uint64_t address) {
  enum { THREADS_MOST = 1 << 24 };
  unsigned empty = 0;
  uint64_t next = words[ARENA_NEXT], top = words[ARENA_TOP];
  if ((next != address && (!next || next % ARENA_HEAP_SIZE > 128)) || !top || top % 8 ||
      words[ARENA_THREADS] > THREADS_MOST)
    return false;
  for (unsigned i = 0; i < ARENA_N_BINS; i++) {
    unsigned at = ARENA_BINS + 2 * i;
    empty += words[at] == address + 8 * (at - 2) && words[at + 1] == words[at];
  }
  return empty >= 16;
}

/* The address of an arena in the mapping; 0 if it has none. */
static uint64_t find_arena_in(const struct mapping *m, struct memory *memory) {
  uint64_t words[8192];
  size_t n = (m->end - m->start) / 8 < 8192 ? (m->end - m->start) / 8 : 8192;
  if (!memory_read(memory, m->start, words, n * 8))
    return 0;
  for (size_t i = 0; i + ARENA_WORDS <= n; i++)
    if (is_arena(words + i, m->start + i * 8))
      return m->start + i * 8;
  return 0;
}

static bool is_libc_data(const struct mapping *m) {
  const char *name = strrchr(m->path, '/');
  return name && m->flags & MAPPING_READ && m->flags & MAPPING_WRITE &&
         (!strncmp(name, "/libc.so", 8) || !strncmp(name, "/libc-", 6));
}

bool arena_each_main(const struct maps *maps, struct memory *memory, arena_fn *visit,
                     void *context) {
  for (size_t i = 0; i < maps->count; i++) {
    uint64_t arena = is_libc_data(&maps->data[i]) ? find_arena_in(&maps->data[i], memory) : 0;
    if (arena && !visit(context, arena))
      return false;
  }
  return true;
}
