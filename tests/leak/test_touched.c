/* The touched pages of a process, here our own, found by the kernel's list and page by page. */
#include "leak/touched.h"
#include "test.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PAGE = 4096, PAGES = 20000 };

/* The pages that a search finds in [first, last), each marked in `found`. */
static void search(uint64_t base, bool by_page, size_t first, size_t last, unsigned char *found) {
  struct touched touched = {.pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC),
                            .entries = malloc(TOUCHED_ENTRIES * sizeof(uint64_t)),
                            .by_page = by_page};
  uint64_t end = base + last * PAGE;
  assert_true(touched.pagemap >= 0);
  for (uint64_t at = base + first * PAGE; at < end;) {
    struct touched_run run = touched_next(&touched, at, end);
    assert_true(run.start >= at && run.end >= run.start && run.end <= end && run.end > at);
    for (uint64_t page = run.start; page < run.end; page += PAGE)
      found[(page - base) / PAGE]++;
    at = run.end;
  }
  free(touched.entries);
  close(touched.pagemap);
}

static void check(const char *pages, const unsigned char *expected, size_t first, size_t last) {
  for (int by_page = 0; by_page < 2; by_page++) {
    unsigned char *found = calloc(PAGES, 1);
    search((uintptr_t)pages, by_page, first, last, found);
    for (size_t i = 0; i < PAGES; i++)
      if (found[i] != (expected[i] && i >= first && i < last))
        fail_msg("page %zu of [%zu, %zu) found %d times, by page: %d", i, first, last, found[i],
                 by_page);
    free(found);
  }
}

static char *map_pages(void) {
  char *pages =
      mmap(NULL, (size_t)PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  madvise(pages, (size_t)PAGES * PAGE, MADV_NOHUGEPAGE);
  return pages;
}

/* Single pages and runs, more of them than a list has room for, and some on both sides of where the
 * entries of pagemap are read anew. */
static void touched_pages_are_found_each_once(void **state) {
  char *pages = map_pages();
  unsigned char *expected = calloc(PAGES, 1);
  (void)state;
  for (size_t i = 0; i < PAGES; i++) {
    expected[i] = i % 3 == 0 || i / 100 % 7 == 2 || (i > 4000 && i < 4200);
    if (expected[i])
      pages[i * PAGE] = 1;
  }
  check(pages, expected, 0, PAGES);
  check(pages, expected, 1, PAGES - 1);
  check(pages, expected, 4095, 4097);
  munmap(pages, (size_t)PAGES * PAGE);
  free(expected);
}

/* Pages that nobody ever wrote to, that were given back, or that are not mapped hold nothing. */
static void untouched_given_back_and_unmapped_pages_are_none(void **state) {
  char *pages = map_pages();
  unsigned char *expected = calloc(PAGES, 1);
  (void)state;
  for (size_t i = 10000; i < 10100; i++) {
    expected[i] = 1;
    pages[i * PAGE] = 1;
  }
  madvise(pages + (size_t)10040 * PAGE, 5 * PAGE, MADV_DONTNEED);
  munmap(pages + (size_t)10060 * PAGE, 7 * PAGE);
  for (size_t i = 0; i < 7; i++)
    expected[10060 + i] = 0;
  for (size_t i = 0; i < 5; i++)
    expected[10040 + i] = 0;
  check(pages, expected, 0, PAGES);
  munmap(pages, (size_t)PAGES * PAGE);
  free(expected);
}

RUN(TEST(touched_pages_are_found_each_once), TEST(untouched_given_back_and_unmapped_pages_are_none))
