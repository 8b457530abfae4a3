/* Blocks lie in one array, sorted by address. There can be many millions, and one is looked up for
 * every word that may point to one: memory per block and time per lookup decide.
 *
 * A recording of a program that recorded everything lists small blocks by their addresses and the
 * large ones behind them in no order: then only these are sorted, and merged with the others.
 * Otherwise the whole array is sorted by radix, in place.
 *
 * For lookups, the address space that holds blocks is cut into spans: runs of blocks without a gap
 * of SPAN_GAP. Each span has an index of its half pages (2 KiB): the number of the first block that
 * starts in the half page or after it.
 *
 *     addresses   |---- span 0 ----|      (gap)      |-- span 1 --|
 *     half pages  | 0 | 1 | 2 | 3  |                 | 0 | 1 | 2  |
 *     firsts        0   3   3   9   10                 10  14  15  20
 *     blocks      [ 0 1 2 3 4 5 6 7 8 9 ... ]
 *
 * A lookup finds the span (the largest at once, the others by bisection), takes firsts[page] and
 * firsts[page + 1], and bisects among the few blocks between them. If none of these starts at or
 * below the address, the block before them does, which may start in an earlier page or span. */
#include "leak/blocks.h"

#include "base/huge_pages.h"
#include "base/vector.h"

#include <string.h>

/* Blocks further apart than this belong to different spans, so that the page index stays dense. */
#define SPAN_GAP (1ull << 20)
enum { PAGE_SHIFT = 11, INSERTION_MAX = 32 }; /* pages of the index: half pages of memory */

struct block_span {
  uint64_t first_page, n_pages;
  uint32_t *firsts; /* n_pages + 1: index of the first block that starts at or after the page */
  uint32_t first_block, end_block;
};

bool blocks_add(struct blocks *blocks, const struct live_object *o) {
  struct block block = {o->start, o->size,   BLOCK_UNREACHED, (o->thread & OBJECT_IGNORED) != 0,
                        o->site,  BLOCK_NONE};
  blocks->any_ignored |= block.ignored;
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

/* Returns how many blocks from the first on are in order. A recording lists small blocks by their
 * addresses, then the others in no order. */
static size_t sorted_part(const struct blocks *blocks) {
  size_t n = blocks->count > 0;
  while (n < blocks->count && blocks->data[n - 1].start < blocks->data[n].start)
    n++;
  return n;
}

static void drop_doubles(struct blocks *blocks) {
  size_t n = sorted_part(blocks);
  for (size_t i = n; i < blocks->count; i++)
    if (!n || blocks->data[n - 1].start != blocks->data[i].start)
      blocks->data[n++] = blocks->data[i];
  blocks->count = n;
}

/* The lowest byte of an address above which all addresses agree. Sorting begins there. */
static int first_shift(const struct block *data, size_t n) {
  uint64_t differing = 0;
  for (size_t i = 0; i < n; i++)
    differing |= data[i].start ^ data[0].start;
  return differing ? (63 - __builtin_clzll(differing)) / 8 * 8 : 0;
}

static uint64_t page_of(uint64_t address) {
  return address >> PAGE_SHIFT;
}

/* Returns the end of the span that begins with block `first`. *last is the end of its memory. */
static size_t span_end(const struct blocks *blocks, size_t first, uint64_t *last) {
  size_t i = first;
  *last = blocks->data[first].start;
  for (; i < blocks->count; i++) {
    const struct block *block = &blocks->data[i];
    if (block->start >= *last && block->start - *last >= SPAN_GAP)
      break;
    if (block->start + block->size > *last)
      *last = block->start + block->size;
  }
  return i;
}

/* *entries is how many the indexes of all spans have, each one more than its pages. */
static struct error *find_spans(struct blocks *blocks, size_t *entries) {
  size_t capacity = 0;
  *entries = 0;
  for (size_t i = 0, end; i < blocks->count; i = end) {
    uint64_t last;
    end = span_end(blocks, i, &last);
    uint64_t first_page = page_of(blocks->data[i].start);
    uint64_t n_pages = page_of(blocks->data[end - 1].start) - first_page + 1;
    if (!vector_reserve((void **)&blocks->spans, &capacity, blocks->n_spans + 1,
                        sizeof(*blocks->spans)))
      return &error_no_memory;
    blocks->spans[blocks->n_spans++] =
        (struct block_span){first_page, n_pages, NULL, (uint32_t)i, (uint32_t)end};
    *entries += n_pages + 1;
    blocks->end = last > blocks->end ? last : blocks->end;
  }
  return NULL;
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

/* Sorts the blocks from `sorted` on and merges them with those before, beginning at the end: where
 * they lie above all others nothing else moves. */
static struct error *merge_rest(struct blocks *blocks, size_t sorted) {
  struct block *data = blocks->data;
  size_t left = blocks->count - sorted, to = blocks->count;
  struct block *rest = malloc(left * sizeof(*rest));
  if (!rest)
    return &error_no_memory;
  sort_blocks(data + sorted, left, first_shift(data + sorted, left));
  memcpy(rest, data + sorted, left * sizeof(*rest));
  while (left)
    data[--to] =
        sorted && data[sorted - 1].start > rest[left - 1].start ? data[--sorted] : rest[--left];
  free(rest);
  return NULL;
}

static struct error *sort_and_drop(struct blocks *blocks) {
  size_t sorted = sorted_part(blocks), count = blocks->count;
  struct error *err = NULL;
  if (sorted == count)
    return NULL;
  if (sorted >= count / 2)
    err = merge_rest(blocks, sorted);
  else
    sort_blocks(blocks->data, count, first_shift(blocks->data, count));
  if (!err)
    drop_doubles(blocks);
  return err;
}

struct error *blocks_sort(struct blocks *blocks) {
  size_t entries;
  struct error *err = sort_and_drop(blocks);
  if (!err)
    err = find_spans(blocks, &entries);
  if (err)
    return err;
  blocks->firsts = malloc((entries + 1) * sizeof(uint32_t));
  if (!blocks->firsts)
    return &error_no_memory;
  uint32_t *firsts = blocks->firsts;
  for (size_t i = 0; i < blocks->n_spans; i++) {
    fill_span(blocks, &blocks->spans[i], firsts);
    firsts += blocks->spans[i].n_pages + 1;
    if (blocks->spans[i].n_pages > blocks->spans[blocks->largest_span].n_pages)
      blocks->largest_span = i;
  }
  return NULL;
}

static bool add_block(void *context, const struct live_object *object) {
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
  /* An estimate saves the copies of growing. It may be wrong while the process runs. */
  if (VECTOR_RESERVE(&blocks, live_estimate(recording)))
    huge_pages_prefer(blocks.data, blocks.capacity * sizeof(*blocks.data));
  struct error *err = recording_objects(recording, add_block, &blocks, &blocks.rejected);
  if (!err)
    err = blocks_sort(&blocks);
  if (err)
    blocks_deinit(&blocks);
  else
    *ret = blocks;
  return err;
}

struct error *blocks_keep(struct blocks *blocks, blocks_keep_fn *keep, void *context) {
  size_t n = 0;
  for (size_t i = 0; i < blocks->count; i++)
    if (keep(context, i))
      blocks->data[n++] = blocks->data[i];
  free(blocks->spans);
  free(blocks->firsts);
  *blocks = (struct blocks){.data = blocks->data,
                            .count = n,
                            .capacity = blocks->capacity,
                            .rejected = blocks->rejected,
                            .any_ignored = blocks->any_ignored};
  return blocks_sort(blocks);
}

void blocks_deinit(struct blocks *blocks) {
  free(blocks->spans);
  free(blocks->firsts);
  VECTOR_DEINIT(blocks);
  *blocks = (struct blocks){0};
}

/* The last span that begins at or below the page. The largest is asked first, because most pointers
 * go there. */
static inline const struct block_span *span_before(const struct blocks *blocks, uint64_t page) {
  size_t low = 0, high = blocks->n_spans;
  const struct block_span *largest = high ? &blocks->spans[blocks->largest_span] : NULL;
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
  uint32_t low = span->firsts[at], high = span->firsts[at + 1];
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (blocks->data[middle].start <= address)
      low = middle + 1;
    else
      high = middle;
  }
  return low ? low - 1 : BLOCK_NONE;
}

uint32_t blocks_find(const struct blocks *blocks, uint64_t address) {
  uint32_t i = blocks_before(blocks, address);
  if (i == BLOCK_NONE)
    return BLOCK_NONE;
  const struct block *block = &blocks->data[i];
  return address - block->start < (block->size ? block->size : 1) ? i : BLOCK_NONE;
}
