#include "leak/ranges.h"

#include "base/vector.h"

#include <string.h>

void ranges_deinit(struct ranges *ranges) {
  VECTOR_DEINIT(ranges);
}

bool ranges_add(struct ranges *ranges, uint64_t start, uint64_t end) {
  if (start >= end)
    return true;
  return VECTOR_PUSH(ranges, ((struct range){start, end}));
}

static int compare(const void *a, const void *b) {
  const struct range *x = a, *y = b;
  return (x->start > y->start) - (x->start < y->start);
}

/* The first of the sorted ranges that ends at the address or beyond. */
static size_t first_touched(const struct ranges *ranges, uint64_t address) {
  size_t low = 0, high = ranges->sorted;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (ranges->data[middle].end < address)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

/* Joins a range with those of the sorted ones that it overlaps or touches, or makes room for it; the
 * array has at least one place more. */
static void put_in(struct ranges *ranges, struct range range) {
  size_t at = first_touched(ranges, range.start), end = at;
  for (; end < ranges->sorted && ranges->data[end].start <= range.end; end++) {
    range.start = ranges->data[end].start < range.start ? ranges->data[end].start : range.start;
    range.end = ranges->data[end].end > range.end ? ranges->data[end].end : range.end;
  }
  memmove(&ranges->data[at + 1], &ranges->data[end],
          (ranges->sorted - end) * sizeof(*ranges->data));
  ranges->data[at] = range;
  ranges->sorted = ranges->sorted - (end - at) + 1;
}

static void sort_all(struct ranges *ranges) {
  size_t n = 0;
  qsort(ranges->data, ranges->count, sizeof(*ranges->data), compare);
  for (size_t i = 0; i < ranges->count; i++) {
    struct range *last = n ? &ranges->data[n - 1] : NULL;
    if (!last || ranges->data[i].start > last->end)
      ranges->data[n++] = ranges->data[i];
    else if (ranges->data[i].end > last->end)
      last->end = ranges->data[i].end;
  }
  ranges->sorted = ranges->count = n;
}

void ranges_sort(struct ranges *ranges) {
  enum { FEW = 8 };
  size_t n = ranges->count - ranges->sorted;
  struct range added[FEW];
  if (!n)
    return;
  if (n > FEW) {
    sort_all(ranges);
    return;
  }
  memcpy(added, &ranges->data[ranges->sorted], n * sizeof(*added));
  for (size_t i = 0; i < n; i++)
    put_in(ranges, added[i]);
  ranges->count = ranges->sorted;
}

/* The first range that ends beyond the address. */
static size_t first_after(const struct ranges *ranges, uint64_t address) {
  size_t low = 0, high = ranges->count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (ranges->data[middle].end <= address)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

uint64_t ranges_end(const struct ranges *ranges, uint64_t address) {
  size_t i = first_after(ranges, address);
  return i < ranges->count && ranges->data[i].start <= address ? ranges->data[i].end : 0;
}

bool ranges_hold(const struct ranges *ranges, uint64_t address) {
  return ranges_end(ranges, address) != 0;
}

bool ranges_add_rest(struct ranges *ret, uint64_t start, uint64_t end,
                     const struct ranges *hidden) {
  for (size_t i = first_after(hidden, start); i < hidden->count && hidden->data[i].start < end;
       i++) {
    if (!ranges_add(ret, start, hidden->data[i].start))
      return false;
    start = hidden->data[i].end;
  }
  return start >= end || ranges_add(ret, start, end);
}
