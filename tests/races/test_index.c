/* The index at full size: what grows gives the memory of its smaller tables back, and threads that
 * meet a table in that moment go on with the right values. Without memory it does not grow. */
#include "shim/store/index.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include <pthread.h>

enum { KEYS = 100000, THREADS = 4, ENTRY = 12, FIRST = 1024 };

static struct index table;
static uint64_t made;

static uint64_t key_of(uint32_t i) {
  return (i + 1) * 0x9e3779b97f4a7c15ull;
}

/* Each key has one value, whoever makes it, so that a wrong one shows. */
static uint32_t find(uint32_t i) {
  bool mine;
  uint32_t *entry = index_find(&table, key_of(i), &mine);
  if (!entry)
    return INDEX_FAILED;
  uint32_t value = mine ? INDEX_PENDING : index_wait(entry);
  if (value == INDEX_PENDING) {
    index_publish(entry, value = i + 1);
    __atomic_fetch_add(&made, 1, __ATOMIC_RELAXED);
  }
  return value;
}

static size_t resident(void) {
  unsigned long all, pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  assert_int_equal(fscanf(file, "%lu %lu", &all, &pages), 2);
  fclose(file);
  return pages * 4096;
}

static size_t table_for(size_t keys) {
  size_t entries = FIRST;
  while (entries < 2 * keys)
    entries *= 2;
  return entries * ENTRY;
}

static void test_only_the_largest_table_has_memory(void **unused) {
  (void)unused;
  size_t before = resident();
  for (uint32_t i = 0; i < KEYS; i++)
    assert_int_equal(find(i), i + 1);
  assert_int_equal(made, KEYS);
  for (uint32_t i = 0; i < KEYS; i++)
    assert_int_equal(find(i), i + 1);
  assert_int_equal(made, KEYS);
  size_t grown = resident() - before;
  print_message("# %zu KiB for a table of %zu\n", grown >> 10, table_for(KEYS) >> 10);
  assert_in_range(grown, table_for(KEYS) * 9 / 10, table_for(KEYS) * 11 / 10);
}

/* A search that began before goes by the mask, the first word of its table. */
static void test_an_old_table_can_still_be_searched(void **unused) {
  (void)unused;
  index_reset(&table);
  find(0);
  const uint64_t *old = (const uint64_t *)table.table;
  uint64_t mask = *old;
  for (uint32_t i = 1; i < FIRST; i++)
    find(i);
  assert_ptr_not_equal(old, table.table);
  assert_int_equal(mask, FIRST - 1);
  assert_int_equal(*old, mask);
}

static void *find_all(void *number) {
  uint32_t first = (uint32_t)(uintptr_t)number * KEYS / THREADS;
  for (uint32_t i = 0; i < KEYS; i++)
    if (find((first + i) % KEYS) != (first + i) % KEYS + 1)
      return (void *)1;
  return NULL;
}

static void test_growth_under_threads(void **unused) {
  (void)unused;
  index_reset(&table);
  made = 0;
  pthread_t thread[THREADS];
  for (uintptr_t i = 0; i < THREADS; i++)
    assert_int_equal(pthread_create(&thread[i], NULL, find_all, (void *)i), 0);
  for (int i = 0; i < THREADS; i++) {
    void *wrong;
    pthread_join(thread[i], &wrong);
    assert_null(wrong);
  }
  /* Entries that come while a table is copied are made once more: how many depends on the machine. */
  assert_in_range(made, KEYS, 2 * KEYS);
}

/* How many of the keys from 0 on are found while nothing can be mapped. */
static uint32_t found_without_memory(void) {
  struct rlimit before;
  getrlimit(RLIMIT_AS, &before);
  setrlimit(RLIMIT_AS, &(struct rlimit){1, before.rlim_max});
  uint32_t n = 0;
  while (n < KEYS && find(n) == n + 1)
    n++;
  setrlimit(RLIMIT_AS, &before);
  return n;
}

/* It takes what its table has room for: seven of eight entries, and the one that exceeds them. */
static void test_without_memory_it_does_not_grow(void **unused) {
  (void)unused;
  index_reset(&table);
  assert_int_equal(found_without_memory(), 0);
  assert_int_equal(find(0), 1);
  assert_int_equal(found_without_memory(), FIRST / 8 * 7 + 1);
  for (uint32_t i = 0; i < 2 * FIRST; i++)
    assert_int_equal(find(i), i + 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_only_the_largest_table_has_memory),
      cmocka_unit_test(test_an_old_table_can_still_be_searched),
      cmocka_unit_test(test_growth_under_threads),
      cmocka_unit_test(test_without_memory_it_does_not_grow),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
