#include "leak/heap.h"

#include "leak/arenas.h"

#include <string.h>

static bool is_writable(const struct mapping *m) {
  return (m->flags & (MAPPING_READ | MAPPING_WRITE)) == (MAPPING_READ | MAPPING_WRITE);
}

struct known {
  struct ranges *ranges;
  uint64_t limit; /* of the mapping */
};

static bool add_arena_heap(void *context, uint64_t at, const struct arena_heap *heap) {
  const struct known *known = context;
  uint64_t end = at + ARENA_HEAP_SIZE;
  (void)heap;
  return ranges_add(known->ranges, at, end < known->limit ? end : known->limit);
}

static bool add_arenas(const struct mapping *m, struct memory *memory, struct ranges *ret) {
  return arena_each_heap(memory, m, add_arena_heap, &(struct known){ret, m->end});
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
    bool own = m && arena_mapped_chunk(memory, block, &range);
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

static bool add_main_arena(void *context, uint64_t arena) {
  return ranges_add(context, arena, arena + 8 * ARENA_WORDS);
}

bool heap_find_main_arena(const struct maps *maps, struct memory *memory, struct ranges *ret) {
  return arena_each_main(maps, memory, add_main_arena, ret);
}
