#include "leak/memory.h"

#include "base/cleanup.h"
#include "leak/touched.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

enum {
  CACHE_PAGES = 4096,      /* pages in the cache: 16 MiB */
  AHEAD_MAX = 32,          /* pages read at once when they are asked for in order */
  BUFFER = 256 * 1024,     /* bytes a scan reads at a time */
  CACHED_MAX = 16384,      /* ranges up to this size go through the cache */
  UNTOUCHED_MIN = 1 << 20, /* ranges from this size on are asked for untouched pages */
  SCANS_A_LOOK = 4096,     /* scans between two looks at whether to stop */
};
#define PAGE_MASK (~(uint64_t)(MEMORY_PAGE - 1))

struct error *memory_open(pid_t pid, struct memory *ret) {
  char name[64];
  snprintf(name, sizeof(name), "/proc/%d/pagemap", pid);
  *ret = (struct memory){
      .pid = pid,
      .pagemap = open(name, O_RDONLY | O_CLOEXEC),
      .pages = malloc((size_t)CACHE_PAGES * MEMORY_PAGE),
      .tags = calloc(CACHE_PAGES, sizeof(uint64_t)),
      .buffer = malloc(BUFFER),
      .entries = malloc(TOUCHED_ENTRIES * sizeof(uint64_t)),
      .ahead = 1,
  };
  if (ret->pages && ret->tags && ret->buffer && ret->entries)
    return NULL;
  memory_close(ret);
  return &error_no_memory;
}

void memory_close(struct memory *memory) {
  if (memory->pagemap >= 0)
    close(memory->pagemap);
  free(memory->pages);
  free(memory->tags);
  free(memory->buffer);
  free(memory->entries);
  ranges_deinit(&memory->guards);
  *memory = (struct memory){.pagemap = -1};
}

/* Reads as many bytes as can be had from the start of the range. The kernel does not try pages
 * after one that cannot be read. */
static size_t read_some(struct memory *memory, uint64_t address, void *to, size_t n) {
  struct iovec local = {to, n}, remote = {(void *)(uintptr_t)address, n};
  ssize_t got = process_vm_readv(memory->pid, &local, 1, &remote, 1, 0);
  return got > 0 ? (size_t)got : 0;
}

bool memory_read(struct memory *memory, uint64_t address, void *to, size_t n) {
  return read_some(memory, address, to, n) == n;
}

static inline unsigned place_of(uint64_t page) {
  return (unsigned)(page / MEMORY_PAGE) & (CACHE_PAGES - 1);
}

/* Reads n pages, whose places lie side by side. False if the first of them cannot be read. */
static bool load_pages(struct memory *memory, uint64_t page, unsigned n) {
  unsigned first = place_of(page);
  for (unsigned i = 0; i < n; i++)
    memory->tags[first + i] = 0;
  size_t got =
      read_some(memory, page, memory->pages + (size_t)first * MEMORY_PAGE, (size_t)n * MEMORY_PAGE);
  for (unsigned i = 0; i < got / MEMORY_PAGE; i++)
    memory->tags[first + i] = (page + (uint64_t)i * MEMORY_PAGE) | 1;
  return got >= MEMORY_PAGE;
}

/* How many pages to read for a miss at `page`: 1, or twice as many as the last time if the
 * misses go on where that read ended. */
static unsigned pages_to_read(const struct memory *memory, bool in_order) {
  unsigned twice = memory->ahead * 2;
  return !in_order ? 1 : twice < AHEAD_MAX ? twice : AHEAD_MAX;
}

/* Pages that are asked for in order are read ahead: upwards, or downwards as when a list is
 * followed whose newest node comes first. Pages that are read at once have places side by side in
 * the cache. */
static bool load_page(struct memory *memory, uint64_t page) {
  uint64_t step = MEMORY_PAGE * (uint64_t)memory->ahead;
  bool up = page == memory->last_miss + step, down = page == memory->last_miss - step;
  unsigned n = pages_to_read(memory, up || down), at = place_of(page);
  unsigned room = down ? at + 1 : CACHE_PAGES - at;
  memory->ahead = n < room ? n : room;
  memory->last_miss = page;
  if (!down)
    return load_pages(memory, page, memory->ahead);
  /* The asked page is the last of these: one that cannot be read may lie before it. */
  (void)load_pages(memory, page - MEMORY_PAGE * (uint64_t)(memory->ahead - 1), memory->ahead);
  return memory->tags[at] == (page | 1) || load_pages(memory, page, 1);
}

/* The cached copy of the page, or NULL if it cannot be read. */
static const char *page_at(struct memory *memory, uint64_t page) {
  unsigned at = place_of(page);
  if (memory->tags[at] != (page | 1) && !load_page(memory, page))
    return NULL;
  return memory->pages + (size_t)at * MEMORY_PAGE;
}

bool memory_word(struct memory *memory, uint64_t address, uint64_t *ret) {
  uint64_t page = address & PAGE_MASK;
  if (address - page > MEMORY_PAGE - 8)
    return memory_read(memory, address, ret, 8);
  const char *data = page_at(memory, page);
  if (data)
    memcpy(ret, data + (address - page), 8);
  return data != NULL;
}

static void note_unreadable(struct memory *memory, uint64_t address) {
  memory->unreadable += !ranges_hold(&memory->guards, address);
}

static void scan_cached(struct memory *memory, uint64_t start, uint64_t end, memory_words_fn *visit,
                        void *context) {
  for (uint64_t at = start; at < end;) {
    uint64_t page = at & PAGE_MASK, stop = page + MEMORY_PAGE < end ? page + MEMORY_PAGE : end;
    const char *data = page_at(memory, page);
    if (data) { /* a copy: the visitor may ask for words, and so push the page out of the cache */
      memcpy(memory->buffer, data + (at - page), stop - at);
      visit(context, memory->buffer, (stop - at) / 8, at);
    } else
      note_unreadable(memory, at);
    at = stop;
  }
}

/* Asked once for each piece of a large range, and once for many small ranges. */
static bool is_stopped(struct memory *memory) {
  if (!memory->stopped && memory->stop)
    memory->stopped = memory->stop();
  return memory->stopped;
}

static void scan_read(struct memory *memory, uint64_t start, uint64_t end, memory_words_fn *visit,
                      void *context) {
  for (uint64_t at = start; at < end && !is_stopped(memory);) {
    size_t wanted = end - at < BUFFER ? (size_t)(end - at) : BUFFER,
           got = read_some(memory, at, memory->buffer, wanted) & ~7ul;
    visit(context, memory->buffer, got / 8, at);
    at += got;
    if (got == wanted)
      continue;
    note_unreadable(memory, at);
    at = (at & PAGE_MASK) + MEMORY_PAGE;
  }
}

bool memory_each_touched(struct memory *memory, uint64_t start, uint64_t end, memory_run_fn *visit,
                         void *context) {
  struct touched touched = {.pagemap = memory->pagemap, .entries = memory->entries};
  uint64_t last = (end + MEMORY_PAGE - 1) & PAGE_MASK;
  if (memory->pagemap < 0)
    return visit(context, start, end);
  for (uint64_t page = start & PAGE_MASK; page < last && !is_stopped(memory);) {
    struct touched_run run = touched_next(&touched, page, last);
    page = run.end;
    if (run.start != run.end &&
        !visit(context, run.start > start ? run.start : start, run.end < end ? run.end : end))
      return false;
  }
  return true;
}

struct scan {
  struct memory *memory;
  memory_words_fn *visit;
  void *context;
};

static bool scan_run(void *context, uint64_t start, uint64_t end) {
  const struct scan *scan = context;
  scan_read(scan->memory, start, end, scan->visit, scan->context);
  return true;
}

void memory_scan(struct memory *memory, uint64_t start, uint64_t end, memory_words_fn *visit,
                 void *context) {
  start = (start + 7) & ~7ull;
  end &= ~7ull;
  if (start >= end || memory->stopped)
    return;
  memory->scanned += end - start;
  if (++memory->scans % SCANS_A_LOOK == 0 && is_stopped(memory))
    return;
  if (end - start <= CACHED_MAX)
    scan_cached(memory, start, end, visit, context);
  else if (end - start >= UNTOUCHED_MIN)
    memory_each_touched(memory, start, end, scan_run, &(struct scan){memory, visit, context});
  else
    scan_read(memory, start, end, visit, context);
}
