#include "leak/touched.h"

#include "leak/memory.h"

#include <sys/ioctl.h>
#include <sys/types.h>
#include <unistd.h>

/* The struct pm_scan_arg and struct page_region of <linux/fs.h>, which older headers lack. */
struct scan_request {
  uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages, category_inverted,
      category_mask, category_anyof_mask, return_mask;
};
struct scan_region {
  uint64_t start, end, categories;
};
#define SCAN_IOCTL _IOWR('f', 16, struct scan_request)
enum { SCAN_PRESENT = 1 << 3, SCAN_SWAPPED = 1 << 4 };
enum { REGIONS = TOUCHED_ENTRIES * sizeof(uint64_t) / sizeof(struct scan_region) };

/* Bit 63 of an entry of pagemap says that the page is present, bit 62 that it is swapped. An
 * anonymous page that is neither was never written. A file's page that is neither may only not have
 * been looked at, but then the program has not written to it either. */
#define PAGEMAP_TOUCHED (3ull << 62)

/* The runs of [at, end) as far as there is room for them. False if the kernel cannot. */
static bool list_runs(struct touched *touched, uint64_t at, uint64_t end) {
  struct scan_request request = {
      .size = sizeof(request),
      .start = at,
      .end = end,
      .vec = (uintptr_t)touched->entries,
      .vec_len = REGIONS,
      .category_anyof_mask = SCAN_PRESENT | SCAN_SWAPPED,
      .return_mask = SCAN_PRESENT | SCAN_SWAPPED,
  };
  int n = ioctl(touched->pagemap, SCAN_IOCTL, &request);
  touched->by_page |= n < 0;
  if (n < 0)
    return false;
  touched->start = at;
  touched->end = request.walk_end;
  touched->at = 0;
  touched->count = (unsigned)n;
  return request.walk_end > at;
}

static struct touched_run next_listed(struct touched *touched, uint64_t at, uint64_t end) {
  const struct scan_region *regions = (const struct scan_region *)touched->entries;
  for (; touched->at < touched->count; touched->at++) {
    const struct scan_region *region = &regions[touched->at];
    uint64_t start = region->start > at ? region->start : at,
             stop = region->end < end ? region->end : end;
    if (start < stop)
      return (struct touched_run){start, stop};
  }
  uint64_t stop = touched->end < end ? touched->end : end;
  return (struct touched_run){stop, stop};
}

static void read_entries(struct touched *touched, uint64_t page) {
  ssize_t got = pread(touched->pagemap, touched->entries, TOUCHED_ENTRIES * sizeof(uint64_t),
                      (off_t)(page / MEMORY_PAGE * sizeof(uint64_t)));
  touched->start = page;
  touched->unknown = got < 8;
  touched->end = got < 8 ? UINT64_MAX : page + (uint64_t)got / 8 * MEMORY_PAGE;
}

static bool is_touched(const struct touched *touched, uint64_t page) {
  return touched->entries[(page - touched->start) / MEMORY_PAGE] & PAGEMAP_TOUCHED;
}

static struct touched_run next_by_page(struct touched *touched, uint64_t at, uint64_t end) {
  if (at < touched->start || at >= touched->end)
    read_entries(touched, at);
  if (touched->unknown)
    return (struct touched_run){at, end};
  uint64_t known = touched->end < end ? touched->end : end;
  while (at < known && !is_touched(touched, at))
    at += MEMORY_PAGE;
  uint64_t stop = at;
  while (stop < known && is_touched(touched, stop))
    stop += MEMORY_PAGE;
  return (struct touched_run){at, stop};
}

struct touched_run touched_next(struct touched *touched, uint64_t at, uint64_t end) {
  if (!touched->by_page) {
    if ((at >= touched->start && at < touched->end) || list_runs(touched, at, end))
      return next_listed(touched, at, end);
    touched->by_page = true;
    touched->start = touched->end = 0;
  }
  return next_by_page(touched, at, end);
}
