/* Another process's memory, read from outside: here our own. */
#include "leak/memory.h"
#include "test.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Words upwards, downwards and across a page that cannot be read, each as it is in memory. */
static void words_are_right_upwards_downwards_and_across_a_hole(void **state) {
  enum { PAGES = 5000, HOLE = 3000 };
  struct memory memory;
  size_t size = (size_t)PAGES * 4096;
  uint64_t *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  (void)state;
  for (uint64_t i = 0; i < PAGES; i++)
    pages[i * 512 + 7] = i;
  mprotect(pages + HOLE * 512, 4096, PROT_NONE);
  assert_null(memory_open(getpid(), &memory));
  for (int turn = 0; turn < 4; turn++)
    for (uint64_t i = 0; i < PAGES; i++) {
      uint64_t word, page = turn % 2 ? PAGES - 1 - i : i;
      bool there = memory_word(&memory, (uint64_t)(uintptr_t)&pages[page * 512 + 7], &word);
      assert_int_equal(there, page != HOLE);
      if (there)
        assert_int_equal(word, page);
    }
  memory_close(&memory);
  munmap(pages, size);
}

/* Pages that cannot be read are passed over and counted; what lies around them is seen. */
static void count_words(void *context, const uint64_t *words, size_t n, uint64_t address) {
  (void)address;
  for (size_t i = 0; i < n; i++)
    *(uint64_t *)context += words[i];
}

static void pages_that_cannot_be_read_are_passed_over_and_counted(void **state) {
  struct memory memory;
  uint64_t sum = 0;
  size_t size = 64 * 4096;
  uint64_t *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  (void)state;
  for (size_t i = 0; i < size / 8; i++)
    pages[i] = 1;
  mprotect(pages + 10 * 512, 4096, PROT_NONE);
  mprotect(pages + 40 * 512, 8192, PROT_NONE);
  assert_null(memory_open(getpid(), &memory));
  memory_scan(&memory, (uint64_t)(uintptr_t)pages, (uint64_t)(uintptr_t)pages + size, count_words,
              &sum);
  assert_int_equal(sum, 61 * 512);
  assert_int_equal(memory.unreadable, 3);
  memory_close(&memory);
  munmap(pages, size);
}

/* The result of a scan of mostly untouched memory: words that are not 0, and how many it read. */
struct seen {
  uint64_t words, sum, wrong;
};

static void note_words(void *context, const uint64_t *words, size_t n, uint64_t address) {
  struct seen *seen = context;
  seen->words += n;
  for (size_t i = 0; i < n; i++) {
    seen->sum += words[i] != 0;
    seen->wrong += words[i] && words[i] != address + 8 * i;
  }
}

/* Pagemap's entries are read for 16 MiB at a time: pages on both sides of that. Each touched page
 * has its own address at its first and its last word. */
static void untouched_pages_are_passed_over(void **state) {
  static const size_t touched[] = {0, 1, 7, 4094, 4095, 4096, 4097, 8191, 12000};
  enum { PAGES = 12001, WORDS = 512, N = sizeof(touched) / sizeof(touched[0]) };
  struct memory memory;
  struct seen seen = {0};
  size_t size = (size_t)PAGES * 4096;
  uint64_t *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  (void)state;
  madvise(pages, size, MADV_NOHUGEPAGE);
  for (size_t i = 0; i < N; i++)
    for (size_t k = 0; k < WORDS; k += WORDS - 1)
      pages[touched[i] * WORDS + k] = (uintptr_t)&pages[touched[i] * WORDS + k];
  assert_null(memory_open(getpid(), &memory));
  memory_scan(&memory, (uintptr_t)pages, (uintptr_t)pages + size, note_words, &seen);
  assert_int_equal(seen.words, N * WORDS);
  assert_int_equal(seen.sum, 2 * N);
  assert_int_equal(seen.wrong, 0);
  /* From and to the midst of touched pages. */
  seen = (struct seen){0};
  memory_scan(&memory, (uintptr_t)pages + 8, (uintptr_t)pages + size - 8, note_words, &seen);
  assert_int_equal(seen.words, N * WORDS - 2);
  assert_int_equal(seen.sum, 2 * N - 2);
  assert_int_equal(memory.unreadable, 0);
  memory_close(&memory);
  munmap(pages, size);
}

/* Scans that are asked to stop end, whether one range is large or many are small. */
static int looks_left;

static bool stops(void) {
  return looks_left-- == 0;
}

static void scans_end_when_they_are_asked_to(void **state) {
  enum { SIZE = 64 << 20, SMALL = 64 };
  for (int small = 0; small < 2; small++) {
    struct memory memory;
    struct seen seen = {0};
    char *bytes = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    uint64_t start = (uintptr_t)bytes, step = small ? SMALL : SIZE;
    (void)state;
    memset(bytes, 0, SIZE);
    assert_null(memory_open(getpid(), &memory));
    memory.stop = stops;
    looks_left = 2;
    for (uint64_t at = start; at < start + SIZE; at += step)
      memory_scan(&memory, at, at + step, note_words, &seen);
    assert_true(memory.stopped);
    assert_in_range(seen.words, 1, SIZE / 8 / 8);
    memory_close(&memory);
    munmap(bytes, SIZE);
  }
}

RUN(TEST(scans_end_when_they_are_asked_to),
    TEST(pages_that_cannot_be_read_are_passed_over_and_counted),
    TEST(words_are_right_upwards_downwards_and_across_a_hole),
    TEST(untouched_pages_are_passed_over))
