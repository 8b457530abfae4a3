#include "leak/ranges.h"

#include "base/vector.h"

void ranges_deinit(struct ranges *ranges) {
  VECTOR_DEINIT(ranges);
}

bool ranges_add(struct ranges *ranges, uint64_t start, uint64_t end) {
  if (start >= end)
    return true;
  ranges->unsorted = true;
  return VECTOR_PUSH(ranges, ((struct range){start, end}));
}

static int compare(const void *a, const void *b) {
  const struct range *x = a, *y = b;
  return (x->start > y->start) - (x->start < y->start);
}

void ranges_sort(struct ranges *ranges) {
  size_t n = 0;
  if (!ranges->unsorted)
    return;
  qsort(ranges->data, ranges->count, sizeof(*ranges->data), compare);
  for (size_t i = 0; i < ranges->count; i++) {
    struct range *last = n ? &ranges->data[n - 1] : NULL;
    if (!last || ranges->data[i].start > last->end)
      ranges->data[n++] = ranges->data[i];
    else if (ranges->data[i].end > last->end)
      last->end = ranges->data[i].end;
  }
  ranges->count = n;
  ranges->unsorted = false;
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
