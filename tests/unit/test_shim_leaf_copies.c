/* The leaves as they were at a fork (shim/store/leaf_copies.h), in a recording of its own, of blocks
 * that no memory has. The child reads what was there when the copies were made. */
#include "shim/store/leaf_copies.h"
#include "shim/store/shadow.h"
#include "shim/store/space.h"
#include "shim/store/wide_shadow.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

enum { SMALL = 1000, WIDE = 300, STEP = 4096, WIDE_SIZE = 700 };
#define HEAP 0x7f1234500000ull
#define WIDE_HEAP 0x7f5678900000ull

static struct space_view view; /* the child's, of the same recording */

static void *small_at(unsigned i) {
  return (void *)(uintptr_t)(HEAP + (uint64_t)i * STEP + 16);
}

static void *wide_at(unsigned i) {
  return (void *)(uintptr_t)(WIDE_HEAP + (uint64_t)i * STEP + 16);
}

/* Site i is block i's; those of wide ones follow. */
static int begin_leaves(void **state) {
  (void)state;
  char path[] = "/tmp/leaf_copies.XXXXXX";
  int fd = mkstemp(path);
  close(fd);
  unlink(path);
  assert_int_equal(space_create(path), 0);
  unlink(path);
  shadow_begin(GRANULE_SHIFT_MOST);
  for (unsigned i = 0; i < SMALL; i++)
    assert_true(shadow_add(small_at(i), &(struct recording_object){.size = 24, .site = i}));
  for (unsigned i = 0; i < WIDE; i++)
    assert_true(wide_shadow_add(wide_at(i),
                                &(struct recording_object){.size = WIDE_SIZE, .site = SMALL + i}));
  memcpy(view.chunk, chunk_address, sizeof(view.chunk));
  view.n_mappings = 1;
  return 0;
}

static int end_leaves(void **state) {
  (void)state;
  shadow_reset();
  wide_shadow_reset();
  space_detach(&view);
  space_unmap(&view);
  memset(&view, 0, sizeof(view));
  return 0;
}

static unsigned met;

static void meet(void *context, uint64_t address, const struct recording_object *object) {
  (void)context;
  bool is_wide = object->site >= SMALL;
  assert_true(object->site < SMALL + WIDE);
  assert_true(address ==
              (uintptr_t)(is_wide ? wide_at(object->site - SMALL) : small_at(object->site)));
  assert_int_equal(object->size, is_wide ? WIDE_SIZE : 24);
  met++;
}

static void assert_all_are_met(const struct leaf_copies *copies) {
  met = 0;
  leaf_copies_each(copies, &view, meet, NULL);
  assert_int_equal(met, SMALL + WIDE);
}

/* Every third block is freed, and another one is beside it. */
static void change(struct leaf_copies *copies) {
  struct recording_object object;
  struct recording_granule *granule;
  for (unsigned i = 0; i < SMALL; i += 3) {
    leaf_copies_keep(copies, small_at(i));
    assert_true(shadow_remove(small_at(i), &object, &granule));
    assert_true(shadow_add((char *)small_at(i) + 64, &(struct recording_object){.size = 9}));
  }
  for (unsigned i = 0; i < WIDE; i += 3) {
    leaf_copies_keep(copies, wide_at(i));
    assert_true(wide_shadow_remove(wide_at(i), &object, &granule));
    assert_true(
        wide_shadow_add((char *)wide_at(i) + 1024, &(struct recording_object){.size = 999}));
  }
}

static void changes_later_are_not_read(void **state) {
  (void)state;
  struct leaf_copies *copies = leaf_copies_make();
  assert_non_null(copies);
  assert_all_are_met(copies);
  assert_false(copies->is_touched);
  change(copies);
  assert_true(copies->is_touched);
  assert_all_are_met(copies);
  leaf_copies_unmap(copies);
}

/* Leaves that are made later are not the child's. */
static void new_leaves_are_not_read(void **state) {
  (void)state;
  struct leaf_copies *copies = leaf_copies_make();
  void *later = (void *)(uintptr_t)(HEAP + (1ull << 30));
  assert_true(shadow_add(later, &(struct recording_object){.size = 24}));
  leaf_copies_keep(copies, later);
  assert_all_are_met(copies);
  leaf_copies_unmap(copies);
}

/* Each step keeps one leaf; the leaves of the parent are not needed afterwards. */
static void a_sweep_keeps_all(void **state) {
  (void)state;
  struct leaf_copies *copies = leaf_copies_make();
  uint64_t leaves = leaf_copies_wanted(), steps = 0;
  assert_true(leaves >= SMALL + WIDE);
  while (!leaf_copies_complete(copies)) {
    assert_true(leaf_copies_sweep(copies));
    steps++;
  }
  assert_int_equal(steps, leaves);
  assert_false(leaf_copies_sweep(copies));
  for (unsigned i = 0; i < SMALL; i++)
    memset((void *)(uintptr_t)shadow_leaf((uintptr_t)small_at(i)), 0,
           sizeof(struct recording_leaf));
  for (unsigned i = 0; i < WIDE; i++)
    memset((void *)(uintptr_t)wide_shadow_leaf((uintptr_t)wide_at(i)), 0,
           sizeof(struct recording_wide_leaf));
  assert_all_are_met(copies);
  leaf_copies_unmap(copies);
}

/* A leak check takes the copies for memory of the program's. */
static void no_word_is_an_address(void **state) {
  (void)state;
  struct leaf_copies *copies = leaf_copies_make();
  while (leaf_copies_sweep(copies))
    ;
  const uint64_t *words = (const void *)copies;
  for (uint64_t i = 0; i < copies->bytes / sizeof(*words); i++)
    assert_false(words[i] >> 32 == HEAP >> 32 || words[i] >> 32 == WIDE_HEAP >> 32);
  leaf_copies_unmap(copies);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(changes_later_are_not_read, begin_leaves, end_leaves),
      cmocka_unit_test_setup_teardown(new_leaves_are_not_read, begin_leaves, end_leaves),
      cmocka_unit_test_setup_teardown(a_sweep_keeps_all, begin_leaves, end_leaves),
      cmocka_unit_test_setup_teardown(no_word_is_an_address, begin_leaves, end_leaves),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
