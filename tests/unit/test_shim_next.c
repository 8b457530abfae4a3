/* The look-up of the next allocator. dlsym and dlvsym are this program's: while the shim looks one
 * function up they allocate, as the loader may, and are served from the static arena. */
#include "shim/sys/filter.h"
#include "shim/sys/next.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <dlfcn.h>
#include <errno.h>

enum { BLOCKS = 9, ARENA = 65536 };

struct early_block {
  char *at;
  size_t alignment, size;
};

static struct early_block blocks[BLOCKS];
static void *refused[5];
static int refused_status, malloc_looked_up;
static size_t usable_of_nothing = 1;

static void *next_malloc(size_t size) {
  return (void *)(size + 1);
}
static void *libc_debug_free(void *p) {
  return p;
}

/* An allocation of each kind, of sizes and alignments that need not fit each other. */
static void allocate_early(void) {
  void *aligned = NULL;
  blocks[0] = (struct early_block){next.malloc(1), 16, 1};
  blocks[1] = (struct early_block){next.calloc(3, 7), 16, 21};
  blocks[2] = (struct early_block){next.realloc(NULL, 40), 16, 40};
  blocks[3] = (struct early_block){next.memalign(8, 24), 16, 24};
  blocks[4] = (struct early_block){next.memalign(8, 16), 16, 16};
  blocks[5] = (struct early_block){next.aligned_alloc(256, 100), 256, 100};
  assert_int_equal(next.posix_memalign(&aligned, 64, 5), 0);
  blocks[6] = (struct early_block){aligned, 64, 5};
  blocks[7] = (struct early_block){next.valloc(9), 4096, 9};
  blocks[8] = (struct early_block){next.reallocarray(NULL, 2, 8), 16, 16};
  refused[0] = next.malloc(ARENA);
  refused[1] = next.calloc(SIZE_MAX / 2, 3);
  refused[2] = next.realloc(blocks[0].at, 100);
  refused[3] = next.memalign(2 * ARENA, 1);
  refused[4] = next.reallocarray(NULL, SIZE_MAX / 2, 3);
  refused_status = next.posix_memalign(&aligned, 64, ARENA);
  usable_of_nothing = next.malloc_usable_size(NULL);
  next.free(NULL);
  next.free(blocks[0].at);
}

void *dlsym(void *handle, const char *name) {
  (void)handle;
  if (!strcmp(name, "malloc")) {
    malloc_looked_up++;
    allocate_early();
    return (void *)(uintptr_t)next_malloc;
  }
  errno = ENOENT;
  return !strcmp(name, "free") || !strcmp(name, "calloc") ? (void *)(uintptr_t)abort : NULL;
}

void *dlvsym(void *handle, const char *name, const char *version) {
  (void)handle;
  (void)version;
  return !strcmp(name, "free") ? (void *)(uintptr_t)libc_debug_free : NULL;
}

static void test_early_blocks(void **unused) {
  (void)unused;
  errno = 7;
  next_resolve();
  assert_int_equal(errno, 7);
  for (int i = 0; i < BLOCKS; i++) {
    assert_non_null(blocks[i].at);
    assert_true(next_is_early(blocks[i].at) && next_is_early(blocks[i].at + blocks[i].size - 1));
    assert_int_equal((uintptr_t)blocks[i].at % blocks[i].alignment, 0);
    assert_int_equal(next_early_size(blocks[i].at), blocks[i].size);
    memset(blocks[i].at, 0xff, blocks[i].size); /* overlaps would show in the sizes of others */
  }
  for (int i = 0; i < BLOCKS; i++)
    assert_int_equal(next_early_size(blocks[i].at), blocks[i].size);
  assert_false(next_is_early(&blocks));
}

static void test_refusals(void **unused) {
  (void)unused;
  for (int i = 0; i < 5; i++)
    assert_null(refused[i]);
  assert_int_equal(refused_status, ENOMEM);
  assert_int_equal(usable_of_nothing, 0);
}

/* Where the next function is libc's own, the first version of it is asked for, which a debugging
 * library has; another allocator's stays. */
static void test_versions(void **unused) {
  (void)unused;
  assert_int_equal(malloc_looked_up, 1);
  assert_ptr_equal(next.malloc, next_malloc);
  assert_ptr_equal(next.free, libc_debug_free);
  assert_ptr_equal(next.calloc, abort);
  assert_null(next.valloc);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_early_blocks),
      cmocka_unit_test(test_refusals),
      cmocka_unit_test(test_versions),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
