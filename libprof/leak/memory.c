#include "leak/memory.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

enum {
  SLOTS = 4096,            /* pages in the cache: 16 MiB */
  AHEAD_MAX = 32,          /* pages read at once when they are asked for in order */
  BUFFER = 256 * 1024,     /* bytes a scan reads at a time */
  CACHED_MAX = 16384,      /* ranges up to this size go through the cache */
  UNTOUCHED_MIN = 1 << 20, /* ranges from this size on are asked for untouched pages */
};
#define PAGE_MASK (~(uint64_t)(MEMORY_PAGE - 1))

struct error *memory_open(pid_t pid, struct memory *ret) {
  char name[64];
  snprintf(name, sizeof(name), "/proc/%d/pagemap", pid);
  *ret = (struct memory){
      .pid = pid,
      .pagemap = open(name, O_RDONLY | O_CLOEXEC),
      .pages = malloc((size_t)SLOTS * MEMORY_PAGE),
      .tags = calloc(SLOTS, sizeof(uint64_t)),
      .buffer = malloc(BUFFER),
  };
  if (ret->pages && ret->tags && ret->buffer)
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
  *memory = (struct memory){.pagemap = -1};
}

/* As many bytes as can be had from the start of the range; pages after one that cannot be read are
 * not tried. */
static size_t read_some(struct memory *memory, uint64_t address, void *to, size_t n) {
  struct iovec local = {to, n}, remote = {(void *)(uintptr_t)address, n};
  ssize_t got = process_vm_readv(memory->pid, &local, 1, &remote, 1, 0);
  return got > 0 ? (size_t)got : 0;
}

bool memory_read(struct memory *memory, uint64_t address, void *to, size_t n) {
  return read_some(memory, address, to, n) == n;
}

static inline unsigned slot_of(uint64_t page) {
  return (unsigned)(page / MEMORY_PAGE) & (SLOTS - 1);
}

/* Reads n pages, whose slots lie side by side; whether the first of them could be read. */
static bool load_pages(struct memory *memory, uint64_t page, unsigned n) {
  unsigned first = slot_of(page);
  for (unsigned i = 0; i < n; i++)
    memory->tags[first + i] = 0;
  size_t got =
      read_some(memory, page, memory->pages + (size_t)first * MEMORY_PAGE, (size_t)n * MEMORY_PAGE);
  for (unsigned i = 0; i < got / MEMORY_PAGE; i++)
    memory->tags[first + i] = (page + (uint64_t)i * MEMORY_PAGE) | 1;
  return got >= MEMORY_PAGE;
}

/* Pages asked for in order are read ahead, ever more of them: upwards, or downwards as a list is
 * followed whose newest node comes first. */
static bool load_page(struct memory *memory, uint64_t page) {
  unsigned n = memory->ahead ? memory->ahead : 1, slot = slot_of(page);
  bool up = page == memory->last_miss + MEMORY_PAGE * (uint64_t)n,
       down = page == memory->last_miss - MEMORY_PAGE * (uint64_t)n;
  n = !up && !down ? 1 : n * 2 < AHEAD_MAX ? n * 2 : AHEAD_MAX;
  memory->last_miss = page;
  if (down && slot + 1 < n)
    n = slot + 1;
  if (!down && SLOTS - slot < n)
    n = SLOTS - slot;
  memory->ahead = n;
  uint64_t lowest = page - MEMORY_PAGE * (uint64_t)(n - 1);
  if (!down)
    return load_pages(memory, page, n);
  (void)load_pages(memory, lowest, n);
  return memory->tags[slot] == (page | 1) || load_pages(memory, page, 1);
}

/* The cached copy of the page, or NULL if it cannot be read. */
static const char *page_at(struct memory *memory, uint64_t page) {
  unsigned slot = slot_of(page);
  if (memory->tags[slot] != (page | 1) && !load_page(memory, page))
    return NULL;
  return memory->pages + (size_t)slot * MEMORY_PAGE;
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

static void scan_cached(struct memory *memory, uint64_t start, uint64_t end, memory_words_fn *visit,
                        void *context) {
  for (uint64_t at = start; at < end;) {
    uint64_t page = at & PAGE_MASK, stop = page + MEMORY_PAGE < end ? page + MEMORY_PAGE : end;
    const char *data = page_at(memory, page);
    if (data) { /* a copy: the visitor may ask for words, and so push the page out of the cache */
      memcpy(memory->buffer, data + (at - page), stop - at);
      visit(context, memory->buffer, (stop - at) / 8, at);
    } else
      memory->unreadable++;
    at = stop;
  }
}

static void scan_read(struct memory *memory, uint64_t start, uint64_t end, memory_words_fn *visit,
                      void *context) {
  for (uint64_t at = start; at < end;) {
    size_t wanted = end - at < BUFFER ? (size_t)(end - at) : BUFFER,
           got = read_some(memory, at, memory->buffer, wanted) & ~7ul;
    visit(context, memory->buffer, got / 8, at);
    at += got;
    if (got == wanted)
      continue;
    memory->unreadable++;
    at = (at & PAGE_MASK) + MEMORY_PAGE;
  }
}

/* pagemap: bit 63 present, bit 62 swapped. An anonymous page that is neither was never written; of
 * a file's page the same may only mean that it was not looked at, but then the program has written
 * nothing there either. */
#define PAGEMAP_TOUCHED (3ull << 62)

static void scan_touched(struct memory *memory, uint64_t start, uint64_t end,
                         memory_words_fn *visit, void *context) {
  enum { N = 4096 };
  static uint64_t entries[N];
  for (uint64_t at = start; at < end;) {
    uint64_t page = at & PAGE_MASK, run = page;
    ssize_t got = pread(memory->pagemap, entries, sizeof(entries), (off_t)(page / MEMORY_PAGE * 8));
    if (got < 8) {
      scan_read(memory, at, end, visit, context);
      return;
    }
    size_t n = (size_t)got / 8;
    for (size_t i = 0; i <= n; i++) {
      uint64_t here = page + i * MEMORY_PAGE;
      if (i < n && here < end && entries[i] & PAGEMAP_TOUCHED)
        continue;
      scan_read(memory, run > at ? run : at, here < end ? here : end, visit, context);
      run = here + MEMORY_PAGE;
      if (here >= end)
        return;
    }
    at = page + n * MEMORY_PAGE;
  }
}

void memory_scan(struct memory *memory, uint64_t start, uint64_t end, memory_words_fn *visit,
                 void *context) {
  start = (start + 7) & ~7ull;
  end &= ~7ull;
  if (start >= end)
    return;
  memory->scanned += end - start;
  if (end - start <= CACHED_MAX)
    scan_cached(memory, start, end, visit, context);
  else if (end - start >= UNTOUCHED_MIN && memory->pagemap >= 0)
    scan_touched(memory, start, end, visit, context);
  else
    scan_read(memory, start, end, visit, context);
}
