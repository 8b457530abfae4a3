#include "leak/image_read.h"

#include "leak/chunks.h"
#include "leak/heap.h"
#include "leak/leak_lists.h"
#include "leak/own_memory.h"
#include "leak/thread_roots.h"
#include "recording/totals.h"

#include <string.h>

static bool is_device(const struct mapping *m) {
  return !strncmp(m->path, "/dev/", 5) && strncmp(m->path, "/dev/shm/", 9) &&
         strncmp(m->path, "/dev/zero", 9);
}

static struct root_range range_of(const struct image *image, const struct mapping *m) {
  struct root_range range = {m->start, m->end, ROOT_MMAP, 0, "", false};
  bool bss = mapping_is_bss(&image->maps, m);
  if (!strcmp(m->path, "[stack]"))
    range.class = ROOT_STACKS;
  else if (bss || (m->inode && !(m->flags & MAPPING_SHARED))) {
    range.class = ROOT_GLOBALS;
    range.path = bss ? m[-1].path : m->path;
    range.aligns = strstr(range.path, "/ld-linux") || strstr(range.path, "/ld-2.");
  }
  return range;
}

/* All that can be written and is not accounted for yet. */
static struct error *add_mappings(struct image *image) {
  for (size_t i = 0; i < image->maps.count; i++) {
    const struct mapping *m = &image->maps.data[i];
    if (!(m->flags & MAPPING_READ) || !(m->flags & MAPPING_WRITE))
      continue;
    if (is_device(m)) {
      image->devices += m->end - m->start;
      continue;
    }
    struct root_range range = range_of(image, m);
    if (!image_add_visible(image, &range))
      return &error_no_memory;
  }
  return NULL;
}

/* At least 1 if something was dropped: a count of events where that of allocations is not known. */
static uint64_t allocations_dropped(const struct recording *recording) {
  uint64_t events = recording_dropped(recording), allocs, bytes;
  if (events && recording_missing(recording, &allocs, &bytes))
    return allocs ? allocs : 1;
  return events;
}

static struct error *find_guards(struct image *image) {
  for (size_t i = 0; i < image->maps.count; i++) {
    const struct mapping *m = &image->maps.data[i];
    if (!(m->flags & MAPPING_READ) && !ranges_add(&image->memory.guards, m->start, m->end))
      return &error_no_memory;
  }
  ranges_sort(&image->memory.guards);
  return NULL;
}

/* Libraries may have freed recorded blocks and made others past the shim. */
static struct error *heed_passed_by(const struct recording *recording, struct image *image) {
  struct leak_lists lists;
  if (!leak_lists_read(recording, &image->memory, &lists) || !lists.passed_by)
    return NULL;
  return chunks_heed(image, lists.freed_word);
}

static struct error *build(const struct recording *recording, const struct stopped_process *process,
                           struct image *image) {
  struct error *err = maps_read(process->reader, &image->maps);
  if (!err)
    err = memory_open(process->reader, &image->memory);
  if (!err)
    err = find_guards(image);
  if (!err)
    err = blocks_read(recording, &image->blocks);
  if (!err)
    err = heed_passed_by(recording, image);
  if (!err)
    err = heap_find(&image->maps, &image->memory, &image->blocks, &image->hidden);
  if (!err)
    err = own_memory_hide(recording, image);
  if (!err)
    err = thread_roots_add(recording, process, image);
  return err ? err : add_mappings(image);
}

struct error *image_read(const struct recording *recording, const struct stopped_process *process,
                         struct image *ret) {
  struct image image = {.memory.pagemap = -1,
                        .missed_threads = process->missed,
                        .dropped =
                            allocations_dropped(recording) + recording->header.paused_allocs};
  struct error *err = build(recording, process, &image);
  if (err)
    image_deinit(&image);
  else
    *ret = image;
  return err;
}
