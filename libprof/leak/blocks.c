#include "leak/blocks.h"

#include "base/vector.h"

#include <string.h>

/* Blocks further apart than this belong to different spans, so that the page index stays dense. */
#define SPAN_GAP (1ull << 20)
enum { PAGE_SHIFT = 12, INSERTION_MAX = 32 };

struct block_span {
  uint64_t first_page, n_pages;
  uint32_t *firsts; /* n_pages + 1: index of the first block that starts at or after the page */
  uint32_t first_block, end_block;
};

bool blocks_add(struct blocks *blocks, const struct live_object *o) {
  struct block block = {o->start, o->size,   BLOCK_UNREACHED, (o->thread & OBJECT_IGNORED) != 0,
                        o->site,  BLOCK_NONE};
  return blocks->count < BLOCK_NONE - 1 && VECTOR_PUSH(blocks, block);
}

static void sort_few(struct block *data, size_t n) {
  for (size_t i = 1; i < n; i++) {
    struct block moved = data[i];
    size_t at = i;
    for (; at && data[at - 1].start > moved.start; at--)
      data[at] = data[at - 1];
    data[at] = moved;
  }
}

/* In place, by the byte at `shift`, then each part by the next (American flag sort): no second
 * copy, and the depth is at most 8. */
static void sort_blocks(struct block *data, size_t n, int shift) {
  size_t count[256] = {0}, begin[257] = {0}, next[256];
  if (n <= INSERTION_MAX) {
    sort_few(data, n);
    return;
  }
  for (size_t i = 0; i < n; i++)
    count[data[i].start >> shift & 255]++;
  for (int b = 0; b < 256; b++) {
    next[b] = begin[b];
    begin[b + 1] = begin[b] + count[b];
  }
  for (int b = 0; b < 256; b++)
    while (next[b] < begin[b + 1]) {
      struct block *here = &data[next[b]];
      unsigned wanted = here->start >> shift & 255;
      if (wanted == (unsigned)b) {
        next[b]++;
        continue;
      }
      struct block *there = &data[next[wanted]++], moved = *there;
      *there = *here;
      *here = moved;
    }
  for (int b = 0; shift && b < 256; b++)
    if (count[b] > 1)
      sort_blocks(data + begin[b], count[b], shift - 8);
}

static void drop_doubles(struct blocks *blocks) {
  size_t n = 0;
  for (size_t i = 0; i < blocks->count; i++)
    if (!n || blocks->data[n - 1].start != blocks->data[i].start)
      blocks->data[n++] = blocks->data[i];
  blocks->count = n;
}

/* The lowest byte above which all addresses are the same: there the sorting begins. */
static int first_shift(const struct blocks *blocks) {
  uint64_t differing = 0;
  for (size_t i = 0; i < blocks->count; i++)
    differing |= blocks->data[i].start ^ blocks->data[0].start;
  return differing ? (63 - __builtin_clzll(differing)) / 8 * 8 : 0;
}

static uint64_t page_of(uint64_t address) {
  return address >> PAGE_SHIFT;
}

/* Calls for each run of blocks without a gap of SPAN_GAP; returns the number of spans and adds up
 * their pages. */
static size_t find_spans(const struct blocks *blocks, struct block_span *spans, size_t *pages) {
  size_t n = 0, total = 0;
  for (size_t i = 0; i < blocks->count;) {
    size_t end = i + 1;
    uint64_t last = blocks->data[i].start + blocks->data[i].size;
    for (; end < blocks->count &&
           (blocks->data[end].start < last || blocks->data[end].start - last < SPAN_GAP);
         end++)
      if (blocks->data[end].start + blocks->data[end].size > last)
        last = blocks->data[end].start + blocks->data[end].size;
    uint64_t first_page = page_of(blocks->data[i].start),
             n_pages = page_of(blocks->data[end - 1].start) - first_page + 1;
    if (spans)
      spans[n] = (struct block_span){first_page, n_pages, NULL, (uint32_t)i, (uint32_t)end};
    total += n_pages + 1;
    n++;
    i = end;
  }
  *pages = total;
  return n;
}

static void fill_span(const struct blocks *blocks, struct block_span *span, uint32_t *firsts) {
  uint32_t block = span->first_block;
  span->firsts = firsts;
  for (uint64_t page = 0; page <= span->n_pages; page++) {
    while (block < span->end_block && page_of(blocks->data[block].start) < span->first_page + page)
      block++;
    firsts[page] = block;
  }
}

/* As they are where one heap has grown upwards: a recording lists them in the order in which it
 * grew. */
static bool are_sorted(const struct blocks *blocks) {
  for (size_t i = 1; i < blocks->count; i++)
    if (blocks->data[i - 1].start >= blocks->data[i].start)
      return false;
  return true;
}

struct error *blocks_sort(struct blocks *blocks) {
  size_t pages;
  if (!are_sorted(blocks)) {
    sort_blocks(blocks->data, blocks->count, first_shift(blocks));
    drop_doubles(blocks);
  }
  size_t n = find_spans(blocks, NULL, &pages);
  blocks->spans = calloc(n + 1, sizeof(*blocks->spans));
  blocks->firsts = malloc((pages + 1) * sizeof(uint32_t));
  if (!blocks->spans || !blocks->firsts)
    return &error_no_memory;
  blocks->n_spans = find_spans(blocks, blocks->spans, &pages);
  uint32_t *firsts = blocks->firsts;
  for (size_t i = 0; i < n; i++) {
    fill_span(blocks, &blocks->spans[i], firsts);
    firsts += blocks->spans[i].n_pages + 1;
    if (blocks->spans[i].n_pages > blocks->spans[blocks->largest_span].n_pages)
      blocks->largest_span = i;
  }
  return NULL;
}

static bool add(void *context, const struct live_object *object) {
  return blocks_add(context, object);
}

static size_t live_estimate(const struct recording *recording) {
  uint64_t n = 0, bound = recording_objects_bound(recording);
  for (uint64_t i = 0; i < recording->n_sites; i++)
    if (recording->sites[i].alloc_objects > recording->sites[i].freed_objects)
      n += (recording->sites[i].alloc_objects - recording->sites[i].freed_objects) >> OBJECTS_SHIFT;
  return (size_t)(n < bound ? n : bound) + 64;
}

struct error *blocks_read(const struct recording *recording, struct blocks *ret) {
  struct blocks blocks = {0};
  /* An estimate saves growing by copies; it may be wrong while the process runs. */
  (void)VECTOR_RESERVE(&blocks, live_estimate(recording));
  struct error *err = recording_objects(recording, add, &blocks, &blocks.rejected);
  if (!err)
    err = blocks_sort(&blocks);
  if (err)
    blocks_deinit(&blocks);
  else
    *ret = blocks;
  return err;
}

void blocks_deinit(struct blocks *blocks) {
  free(blocks->spans);
  free(blocks->firsts);
  VECTOR_DEINIT(blocks);
  *blocks = (struct blocks){0};
}

/* The last span that begins at or below the page. The largest is asked first: most pointers go
 * there. */
static inline const struct block_span *span_before(const struct blocks *blocks, uint64_t page) {
  size_t low = 0, high = blocks->n_spans;
  const struct block_span *largest = &blocks->spans[blocks->largest_span];
  if (high && page - largest->first_page < largest->n_pages)
    return largest;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (blocks->spans[middle].first_page <= page)
      low = middle + 1;
    else
      high = middle;
  }
  return low ? &blocks->spans[low - 1] : NULL;
}

uint32_t blocks_before(const struct blocks *blocks, uint64_t address) {
  uint64_t page = page_of(address);
  const struct block_span *span = span_before(blocks, page);
  if (!span)
    return BLOCK_NONE;
  uint64_t at =
      page - span->first_page < span->n_pages ? page - span->first_page : span->n_pages - 1;
  /* A page lies wholly within one span or between two: of this page's blocks those up to the
   * address. */
  uint32_t low = span->firsts[at], high = span->firsts[at + 1];
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (blocks->data[middle].start <= address)
      low = middle + 1;
    else
      high = middle;
  }
  /* Nothing here: the one before, which may be of the span before. */
  return low ? low - 1 : BLOCK_NONE;
}

uint32_t blocks_find(const struct blocks *blocks, uint64_t address) {
  uint32_t i = blocks_before(blocks, address);
  if (i == BLOCK_NONE)
    return BLOCK_NONE;
  const struct block *block = &blocks->data[i];
  return address - block->start < (block->size ? block->size : 1) ? i : BLOCK_NONE;
}
