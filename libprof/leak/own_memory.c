#include "leak/own_memory.h"

#include "leak/heap.h"
#include "leak/leak_lists.h"

#include <string.h>

enum { LIST_MAX = 1 << 20 };

static bool hide_recordings(struct image *image) {
  for (size_t i = 0; i < image->maps.count; i++) {
    const struct mapping *m = &image->maps.data[i];
    if (m->flags & MAPPING_SHARED && strstr(m->path, ".mprec") &&
        !ranges_add(&image->hidden, m->start, m->end))
      return false;
  }
  return true;
}

static bool hide_thread_data(const struct recording *recording, uint64_t size,
                             struct image *image) {
  for (uint64_t i = 0; i < recording->n_threads; i++) {
    uint64_t at = recording->threads[i].state;
    if (at && size < (64u << 20) && !ranges_add(&image->hidden, at, at + size))
      return false;
  }
  return true;
}

typedef bool leak_range_fn(struct image *image, const struct leak_range *range);

static bool each_range(struct image *image, uint64_t at, uint64_t n, leak_range_fn *visit) {
  struct leak_range range;
  for (uint64_t i = 0; i < n && i < LIST_MAX; i++, at += sizeof(range))
    if (memory_read(&image->memory, at, &range, sizeof(range)) && range.start &&
        !visit(image, &range))
      return false;
  return true;
}

static bool ignore(struct image *image, const struct leak_range *range) {
  uint32_t block = blocks_find(&image->blocks, range->start);
  if (block != BLOCK_NONE)
    image->blocks.data[block].ignored = true;
  return true;
}

/* Before anything else is hidden, so that it is a root though it may lie in the heap. */
static bool add_root(struct image *image, const struct leak_range *range) {
  struct root_range root = {range->start, range->start + range->size, ROOT_MMAP, 0, "", false};
  return root.end < root.start || image_add_whole(image, &root);
}

struct error *own_memory_hide(const struct recording *recording, struct image *image) {
  struct leak_lists lists;
  bool done =
      hide_recordings(image) && heap_find_main_arena(&image->maps, &image->memory, &image->hidden);
  if (leak_lists_read(recording, &image->memory, &lists))
    done = done && ranges_add(&image->hidden, lists.data, lists.data_end) &&
           hide_thread_data(recording, lists.thread_state_size, image) &&
           each_range(image, lists.ignored, lists.n_ignored, ignore) &&
           each_range(image, lists.roots, lists.n_roots, add_root) &&
           each_range(image, lists.sbrk_areas, lists.n_sbrk_areas, add_root);
  ranges_sort(&image->hidden);
  return done ? NULL : &error_no_memory;
}
