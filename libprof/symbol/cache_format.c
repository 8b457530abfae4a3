#include "symbol/cache_format.h"

#include "base/strbuf.h"
#include "model/hash_index.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <stdlib.h>
#include <string.h>

/* Change it whenever names are made in another way: old answers must not outlive that. */
#define VERSION 3

static const char magic[8] = "mprofsym";

struct header {
  char magic[8];
  uint64_t checksum; /* XXH3 of all that follows this field */
  uint32_t version, has_dwarf;
  uint64_t binary_stamp, surroundings;
  uint32_t n_items, n_frames, n_string_bytes;
  uint32_t path, debug_link; /* offsets in the strings, as all names here */
  uint32_t zero;
};
#define CHECKED_FROM offsetof(struct header, version)

struct item {
  uint64_t offset, start;
  uint32_t first_frame, n_frames;
  uint32_t from_dwarf, is_folded;
  uint64_t type_size;
  uint32_t type_name, type_layout, type_form, type_flexible;
};

struct frame {
  int64_t line, start_line;
  uint32_t name, system_name, file, zero;
};

struct writer {
  struct strbuf out;
  struct strbuf strings;
  struct hash_index index; /* place in the strings of each */
};

static bool bytes_equal(const void *context, uint32_t index, const void *key) {
  const struct strbuf *strings = context;
  return !strcmp(strings->data + index, key);
}

static uint32_t put_string(struct writer *w, const char *s) {
  size_t n = strlen(s);
  uint64_t hash = XXH3_64bits(s, n);
  uint32_t found = hash_index_find(&w->index, hash, bytes_equal, &w->strings, s);
  if (found != HASH_INDEX_NONE)
    return found;
  uint32_t place = (uint32_t)w->strings.length;
  if (w->strings.length + n >= UINT32_MAX / 2 || !hash_index_add(&w->index, hash, place))
    w->strings.failed = true;
  strbuf_append_n(&w->strings, s, n + 1);
  return place;
}

static void put_items(struct writer *w, const struct symbol_results *results) {
  for (size_t i = 0; i < results->n_items; i++) {
    const struct symbol_result *r = &results->items[i];
    const struct symbol_type *t = &r->type;
    struct item item = {r->offset,
                        r->start,
                        r->first_frame,
                        r->n_frames,
                        r->from_dwarf,
                        r->is_folded,
                        t->size,
                        put_string(w, t->name ? t->name : ""),
                        put_string(w, t->layout ? t->layout : ""),
                        t->form,
                        t->flexible};
    strbuf_append_n(&w->out, &item, sizeof(item));
  }
  for (size_t i = 0; i < results->n_frames; i++) {
    const struct symbol_frame *f = &results->frames[i];
    struct frame frame = {f->line,
                          f->start_line,
                          put_string(w, f->name),
                          put_string(w, f->system_name),
                          put_string(w, f->file),
                          0};
    strbuf_append_n(&w->out, &frame, sizeof(frame));
  }
}

bool cache_format_write(const struct symbol_results *results, const struct cache_facts *facts,
                        void **ret, size_t *ret_size) {
  if (results->n_items >= UINT32_MAX || results->n_frames >= UINT32_MAX)
    return false;
  struct writer w = {.out = STRBUF_INIT};
  struct header header = {.version = VERSION,
                          .has_dwarf = facts->has_dwarf,
                          .binary_stamp = facts->binary_stamp,
                          .surroundings = facts->surroundings,
                          .n_items = (uint32_t)results->n_items,
                          .n_frames = (uint32_t)results->n_frames,
                          .path = put_string(&w, facts->path),
                          .debug_link = put_string(&w, facts->debug_link)};
  memcpy(header.magic, magic, sizeof(magic));
  strbuf_append_n(&w.out, &header, sizeof(header));
  put_items(&w, results);
  header.n_string_bytes = (uint32_t)w.strings.length;
  strbuf_append_n(&w.out, w.strings.data, w.strings.length);
  bool ok = !strbuf_failed(&w.out) && !strbuf_failed(&w.strings);
  if (ok) {
    memcpy(w.out.data, &header, sizeof(header));
    header.checksum = XXH3_64bits(w.out.data + CHECKED_FROM, w.out.length - CHECKED_FROM);
    memcpy(w.out.data, &header, sizeof(header));
    *ret_size = w.out.length;
    ok = (*ret = strbuf_steal(&w.out));
  }
  strbuf_deinit(&w.out);
  strbuf_deinit(&w.strings);
  hash_index_deinit(&w.index);
  return ok;
}

static bool check_header(const struct header *h, const void *bytes, size_t n) {
  if (memcmp(h->magic, magic, sizeof(magic)) || h->version != VERSION || h->has_dwarf > 1)
    return false;
  uint64_t want = sizeof(*h) + (uint64_t)h->n_items * sizeof(struct item) +
                  (uint64_t)h->n_frames * sizeof(struct frame) + h->n_string_bytes;
  return n == want && h->n_string_bytes && h->path < h->n_string_bytes &&
         h->debug_link < h->n_string_bytes && ((const char *)bytes)[n - 1] == '\0' &&
         h->checksum == XXH3_64bits((const char *)bytes + CHECKED_FROM, n - CHECKED_FROM);
}

static bool read_item(const struct header *h, const char *bytes, const char *strings,
                      struct symbol_result *ret) {
  struct item item;
  memcpy(&item, bytes, sizeof(item));
  if (item.from_dwarf > 1 || item.is_folded > 1 || item.n_frames > SYMBOL_MAX_FRAMES ||
      item.first_frame > h->n_frames || item.n_frames > h->n_frames - item.first_frame ||
      item.type_form >= N_BLOCK_FORMS || item.type_flexible > 1 ||
      item.type_name >= h->n_string_bytes || item.type_layout >= h->n_string_bytes)
    return false;
  struct symbol_type type = {(enum block_form)item.type_form, item.type_size, item.type_flexible,
                             strings + item.type_name, strings + item.type_layout};
  *ret = (struct symbol_result){item.offset,   item.start,      item.first_frame,
                                item.n_frames, item.from_dwarf, item.is_folded,
                                type};
  return true;
}

static bool read_frame(const struct header *h, const char *bytes, const char *strings,
                       struct symbol_frame *ret) {
  struct frame frame;
  memcpy(&frame, bytes, sizeof(frame));
  if (frame.name >= h->n_string_bytes || frame.system_name >= h->n_string_bytes ||
      frame.file >= h->n_string_bytes || !strings[frame.name])
    return false;
  *ret = (struct symbol_frame){strings + frame.name, strings + frame.system_name,
                               strings + frame.file, frame.line, frame.start_line};
  return true;
}

static bool read_arrays(const struct header *h, const char *bytes, struct symbol_results *results,
                        const char *strings) {
  results->items = calloc(h->n_items + 1UL, sizeof(*results->items));
  results->frames = calloc(h->n_frames + 1UL, sizeof(*results->frames));
  if (!results->items || !results->frames)
    return false;
  results->n_items = results->items_capacity = h->n_items;
  results->n_frames = results->frames_capacity = h->n_frames;
  for (size_t i = 0; i < h->n_items; i++, bytes += sizeof(struct item))
    if (!read_item(h, bytes, strings, &results->items[i]))
      return false;
  for (size_t i = 0; i < h->n_frames; i++, bytes += sizeof(struct frame))
    if (!read_frame(h, bytes, strings, &results->frames[i]))
      return false;
  return true;
}

bool cache_format_read(const void *bytes, size_t n, struct symbol_results *results,
                       struct cache_facts *facts) {
  struct header h;
  if (n < sizeof(h))
    return false;
  memcpy(&h, bytes, sizeof(h));
  if (!check_header(&h, bytes, n))
    return false;
  char *strings = arena_alloc(&results->strings, h.n_string_bytes);
  if (strings)
    memcpy(strings, (const char *)bytes + n - h.n_string_bytes, h.n_string_bytes);
  if (!strings || !read_arrays(&h, (const char *)bytes + sizeof(h), results, strings)) {
    symbol_results_deinit(results);
    return false;
  }
  symbol_results_sort(results);
  *facts = (struct cache_facts){strings + h.path, strings + h.debug_link, h.binary_stamp,
                                h.surroundings, h.has_dwarf};
  return true;
}
