/* Size classes against the allocator that this test runs with: meson preloads one and names it. */
#include "recording/block_size.h"

#include "test.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

static const char *allocator;

/* glibc gives a block what is left of a free one if that is 16 bytes more, and what lies free at the
 * end of its heap before a mapping: there nothing is freed that has none, and sizes for which
 * either may come are left out. */
static void compare(size_t size) {
  bool glibc = !strcmp(allocator, "glibc"), mapped = size >= 128 << 10;
  if (glibc && size > 100 << 10 && size < 256 << 10)
    return;
  void *p = malloc(size);
  size_t taken = malloc_usable_size(p) + (!glibc ? 0 : mapped ? 16 : 8);
  uint64_t computed = block_size(allocator, size);
  if (mapped)
    free(p);
  if (computed != taken)
    fail_msg("%zu bytes take %zu, not %zu", size, taken, (size_t)computed);
}

static void every_size_up_to_2000(void **state) {
  (void)state;
  for (size_t size = 0; size <= 2000; size++)
    compare(size);
}

static void around_each_sixteenth_of_a_doubling(void **state) {
  (void)state;
  for (size_t power = 1024; power < 48 << 20; power *= 2)
    for (size_t part = 16; part < 32; part++)
      for (size_t size = power * part / 16 - 1; size <= power * part / 16 + 1; size++)
        compare(size);
}

static void a_block_takes_what_it_has_at_least(void **state) {
  static const char *const names[] = {"glibc", "jemalloc", "tcmalloc", "mimalloc"};
  (void)state;
  for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
    for (uint64_t size = 0; size < UINT64_MAX / 3; size += size / 7 + 1)
      assert_true(block_size(names[i], size) >= size);
    assert_true(block_size(names[i], UINT64_MAX) == UINT64_MAX);
  }
}

int main(int argc, char **argv) {
  allocator = argc > 1 ? argv[1] : "glibc";
  mallopt(M_MMAP_THRESHOLD, 128 << 10); /* where it starts, and stays then */
  mallopt(M_ARENA_MAX, 1);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_size_up_to_2000),
      cmocka_unit_test(around_each_sixteenth_of_a_doubling),
      cmocka_unit_test(a_block_takes_what_it_has_at_least),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
