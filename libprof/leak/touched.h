/* The pages of another process that were ever touched, as runs, so that a scan of a huge mapping
 * costs what was used of it and not what was reserved.
 *
 * The kernel lists the runs itself from Linux 6.7 on (PAGEMAP_SCAN), and passes over what has no
 * page tables. Older kernels have an entry of /proc/PID/pagemap for each page: those are read for
 * 16 MiB at a time. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* A search through ascending addresses. The caller sets the first two members, which stay its own,
 * and leaves the others 0. */
struct touched {
  int pagemap;       /* of /proc/PID/pagemap */
  uint64_t *entries; /* room for TOUCHED_ENTRIES words, of this search alone */
  bool by_page;      /* the kernel has no PAGEMAP_SCAN */
  /* Private: what the entries are of. */
  uint64_t start, end;
  unsigned at, count;
  bool unknown;
};
enum { TOUCHED_ENTRIES = 4096 };

struct touched_run {
  uint64_t start, end; /* multiples of the page's size; start == end: nothing touched here */
};

/* The first run in [at, end), or a piece of it; both are multiples of the page's size. Everything
 * between `at` and the run's start was never touched. An empty run ends where the search stopped,
 * at most 16 MiB further by page, so that the caller may give up in between. Pages count as
 * touched where the kernel gives no answer. */
struct touched_run touched_next(struct touched *touched, uint64_t at, uint64_t end);
