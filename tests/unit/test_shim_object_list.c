/* A fork's copy of the live objects (shim/life/object_list.h): it gives back what it was given. */
#include "shim/life/object_list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <cmocka.h>

enum { MOST = 200000 };
static struct listed_object objects[MOST];

/* The objects, in order, and nothing else. */
static void assert_kept(size_t n) {
  struct object_list list;
  assert_true(object_list_make(&list, n));
  for (size_t i = 0; i < n; i++)
    object_list_add(&list, &objects[i]);
  struct object_list_cursor cursor = {0};
  struct listed_object found;
  for (size_t i = 0; i < n; i++) {
    assert_true(object_list_next(&list, &cursor, &found));
    assert_true(found.address == objects[i].address);
    assert_true(found.size == objects[i].size);
    assert_int_equal(found.site, objects[i].site);
  }
  assert_false(object_list_next(&list, &cursor, &found));
  object_list_discard(&list);
  assert_null(list.words);
}

static void edges_are_kept(void **state) {
  (void)state;
  static const struct listed_object edges[] = {
      {8, 0, 0},
      {16, (1 << 17) - 2, UINT32_MAX},
      {24, (1 << 17) - 1, 1}, /* the first size with a word of its own */
      {24 + (8 << 13) - 8, 1, 2},
      {24 + (8 << 13), 2, 3},             /* too far behind the base */
      {24 + (8 << 13) + 1, 3, 4},         /* aligned to nothing */
      {24 + (8 << 13) + 8, 4, 5},         /* before that base's next unit */
      {16, 5, 6},                         /* below the base */
      {(1ull << 55) | 16, UINT64_MAX, 7}, /* a block that the program reported */
      {0x7fffffffffff, 1ull << 47, 8},
  };
  for (size_t i = 0; i < sizeof(edges) / sizeof(*edges); i++)
    objects[i] = edges[i];
  assert_kept(sizeof(edges) / sizeof(*edges));
}

/* A heap: neighbours, now and then a gap, sizes small and large. More than one piece of pages. */
static void a_heap_is_kept(void **state) {
  (void)state;
  uint64_t address = 0x555555560000;
  srandom(1);
  for (size_t i = 0; i < MOST; i++) {
    uint64_t size = random() % 50 ? random() % 300 : random() % 1000000;
    objects[i] = (struct listed_object){address, size, (uint32_t)random() * 3u};
    address += (size + 8 + 15) & ~15ull;
    if (random() % 1000 == 0)
      address += (uint64_t)random() % (1ull << 32) * 16;
  }
  assert_kept(MOST);
}

/* The list is for that: 24 bytes an object took three times as many pages. */
static void neighbours_take_a_word_each(void **state) {
  (void)state;
  struct object_list list;
  assert_true(object_list_make(&list, 1000));
  for (uint64_t i = 0; i < 1000; i++)
    object_list_add(&list, &(struct listed_object){0x10000 + i * 32, 24, 1});
  assert_int_equal(list.count, 1001);
  object_list_discard(&list);
}

static void what_has_no_room_is_left_out(void **state) {
  (void)state;
  struct object_list list;
  assert_true(object_list_make(&list, 2));
  for (uint64_t i = 0; i < 10; i++)
    object_list_add(&list, &(struct listed_object){(i + 1) << 32, 1 << 20, (uint32_t)i});
  assert_int_equal(list.count, 6);
  struct object_list_cursor cursor = {0};
  struct listed_object found;
  for (uint32_t i = 0; i < 2; i++) {
    assert_true(object_list_next(&list, &cursor, &found));
    assert_int_equal(found.site, i);
  }
  assert_false(object_list_next(&list, &cursor, &found));
  object_list_discard(&list);
}

/* msync() knows whether an address is mapped. */
static void discarded_memory_is_given_back(void **state) {
  (void)state;
  struct object_list list;
  assert_true(object_list_make(&list, 1000));
  void *words = list.words;
  assert_int_equal(msync(words, 4096, MS_ASYNC), 0);
  object_list_discard(&list);
  assert_int_equal(msync(words, 4096, MS_ASYNC), -1);
}

static void an_empty_list_has_no_objects(void **state) {
  (void)state;
  struct object_list list = {0};
  struct object_list_cursor cursor = {0};
  struct listed_object found;
  assert_false(object_list_next(&list, &cursor, &found));
  object_list_discard(&list);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(edges_are_kept),
      cmocka_unit_test(a_heap_is_kept),
      cmocka_unit_test(neighbours_take_a_word_each),
      cmocka_unit_test(what_has_no_room_is_left_out),
      cmocka_unit_test(discarded_memory_is_given_back),
      cmocka_unit_test(an_empty_list_has_no_objects),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
