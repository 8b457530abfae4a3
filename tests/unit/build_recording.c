#include "build_recording.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { IMAGE_SIZE = 8 << 20, PAGE = 4096 };

struct built built_init(void) {
  char *image = calloc(1, IMAGE_SIZE);
  if (!image)
    abort();
  struct recording_header *h = (void *)image;
  memcpy(h->magic, RECORDING_MAGIC, sizeof(h->magic));
  h->version = RECORDING_VERSION;
  h->header_size = RECORDING_HEADER_SIZE;
  h->pid = UINT32_MAX;
  h->parent_pid = 1;
  h->flags = RECORDING_EXACT;
  h->pinned_rate = h->rate = 1;
  h->depth = 128;
  h->granule_shift = GRANULE_SHIFT_MOST;
  h->start_realtime = 1700000000ull * 1000000000;
  h->start_monotonic = 1000;
  h->last_monotonic = 5000;
  h->peak_epoch = h->load_generation = 1;
  strcpy(h->executable, "/bin/demo");
  memcpy(h->command, "demo\0two words", 15);
  h->command_size = 15;
  h->table[TABLE_OBJECTS].count = 1;
  struct built built = {image, h, RECORDING_HEADER_SIZE};
  built.header->table[TABLE_OBJECTS].chunk[0] = built.size;
  built.size += chunk_elements(TABLE_OBJECTS, 0) * table_element_size(TABLE_OBJECTS);
  return built;
}

void built_deinit(struct built *built) {
  free(built->image);
}

static void add_chunk(struct built *built, enum recording_table_id id, unsigned k) {
  size_t bytes = chunk_elements(id, k) * table_element_size(id);
  if (bytes > IMAGE_SIZE - built->size)
    abort();
  built->header->table[id].chunk[k] = built->size;
  built->size += bytes;
  built->header->size = built->size;
}

void *built_add(struct built *built, enum recording_table_id id, uint64_t n) {
  struct recording_table *table = &built->header->table[id];
  uint64_t slot;
  unsigned k = chunk_of(id, table->count, &slot);
  if (slot + n > chunk_elements(id, k)) { /* as the shim: what is left is passed over */
    table->count += chunk_elements(id, k) - slot;
    k = chunk_of(id, table->count, &slot);
  }
  if (!table->chunk[k])
    add_chunk(built, id, k);
  table->count += n;
  return built->image + table->chunk[k] + slot * table_element_size(id);
}

uint32_t built_stack(struct built *built, uint32_t flags, uint32_t generation, uint32_t depth,
                     const uint64_t *frames) {
  uint64_t *words = built_add(built, TABLE_STACKS, depth + 1);
  words[0] = STACK_HEADER(depth, flags, generation);
  memcpy(words + 1, frames, depth * sizeof(*frames));
  return (uint32_t)(built->header->table[TABLE_STACKS].count - depth - 1);
}

struct recording_site *built_site(struct built *built, uint32_t stack, uint64_t n, uint64_t size) {
  struct recording_site *site = built_add(built, TABLE_SITES, 1);
  site->state = SITE_OWN;
  site->stack = stack;
  site->rate = 1;
  site->size = (uint32_t)size;
  site->alloc_objects = n << OBJECTS_SHIFT;
  site->alloc_bytes = n * size << BYTES_SHIFT;
  return site;
}

struct recording_module *built_module(struct built *built, const char *path, uint64_t start,
                                      uint64_t limit) {
  struct recording_module *module = built_add(built, TABLE_MODULES, 1);
  module->state = 1;
  module->start = start;
  module->limit = limit;
  module->loaded = 1;
  strcpy(module->path, path);
  return module;
}

static int is_zero(const char *bytes, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (bytes[i])
      return 0;
  return 1;
}

int built_file(const struct built *built, size_t n, char path[64]) {
  int fd = memfd_create("recording", MFD_CLOEXEC);
  if (fd < 0 || ftruncate(fd, (off_t)n) < 0)
    abort();
  for (size_t at = 0; at < n; at += PAGE) {
    size_t part = n - at < PAGE ? n - at : PAGE;
    if (!is_zero(built->image + at, part) &&
        pwrite(fd, built->image + at, part, (off_t)at) != (ssize_t)part)
      abort();
  }
  snprintf(path, 64, "/proc/self/fd/%d", fd);
  return fd;
}
