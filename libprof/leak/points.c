#include "leak/points.h"

#include "leak/reach.h"
#include "model/leak_points.h"

#include <string.h>

enum { LOOKED_AT = 4096 }; /* bytes of a block */

struct describing {
  const struct points_context *context;
  uint32_t block;
  struct strbuf text;
  uint64_t n; /* pointers so far */
};

static bool block_point(const struct describing *d, uint64_t word, struct leak_point *point) {
  struct image *image = d->context->image;
  bool is_start;
  uint32_t i = reach_target(image, d->block, word, &is_start);
  if (i == BLOCK_NONE || i == d->block)
    return false;
  const struct block *block = &image->blocks.data[i];
  point->class = LEAK_POINT_BLOCK;
  point->start = block->start;
  point->size = block->size;
  point->kind = group_kind(block, d->context->uncertain);
  point->site = leak_groups_site(d->context->groups, i);
  return true;
}

/* The begin of the file's lowest mapping among those around `m`. */
static uint64_t begin_of_file(const struct maps *maps, const struct mapping *m) {
  uint64_t begin = m->start;
  for (size_t i = 0; i < maps->count; i++)
    if (maps->data[i].start < begin && !strcmp(maps->data[i].path, m->path))
      begin = maps->data[i].start;
  return begin;
}

/* Memory that is hidden from the marking (the allocator's records, the shim) says nothing here. */
static const struct mapping *file_of(const struct image *image, uint64_t word) {
  const struct mapping *m =
      ranges_hold(&image->hidden, word) ? NULL : maps_find(&image->maps, word);
  if (m && mapping_is_bss(&image->maps, m))
    m--;
  return m && m->inode && *m->path == '/' && !(m->flags & MAPPING_SHARED) ? m : NULL;
}

static void add_point(struct describing *d, uint64_t word, struct leak_point *point) {
  const struct image *image = d->context->image;
  const struct mapping *m = NULL;
  char *name = NULL;
  if (!block_point(d, word, point) && !(m = file_of(image, word)))
    return;
  if (++d->n > LEAK_POINTS_MAX)
    return;
  if (m) {
    name = address_names_find(d->context->names, m->path, word - begin_of_file(&image->maps, m));
    point->class = LEAK_POINT_FILE;
    point->symbol = name ? name : "";
    point->symbol_length = strlen(point->symbol);
    point->path = m->path;
    point->path_length = strlen(m->path);
  }
  leak_point_append(&d->text, point);
  free(name);
}

static void add_points(void *context, const uint64_t *words, size_t n, uint64_t address) {
  struct describing *d = context;
  uint64_t start = d->context->image->blocks.data[d->block].start;
  for (size_t i = 0; i < n; i++) {
    struct leak_point point = {.offset = address + 8 * i - start, .address = words[i]};
    add_point(d, words[i], &point);
  }
}

char *points_describe(const struct points_context *context, uint32_t block) {
  struct describing d = {.context = context, .block = block, .text = STRBUF_INIT};
  const struct block *b = &context->image->blocks.data[block];
  uint64_t size = b->size < LOOKED_AT ? b->size : LOOKED_AT;
  memory_scan(&context->image->memory, b->start, b->start + size, add_points, &d);
  if (d.n > LEAK_POINTS_MAX)
    leak_point_append(
        &d.text, &(struct leak_point){.class = LEAK_POINT_MORE, .offset = d.n - LEAK_POINTS_MAX});
  return strbuf_steal(&d.text);
}
