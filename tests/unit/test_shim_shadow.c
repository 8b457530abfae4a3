/* The two shadows of the heap (shim/store/shadow.h, wide_shadow.h) on addresses that no memory has:
 * which blocks they take, what is found of them and where. The recording's first chunk of leaves
 * ends where a page begins that nobody can read. */
#include "shim/store/shadow.h"
#include "shim/store/space.h"
#include "shim/store/wide_shadow.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

enum { PAGE = 4096 };
#define HEAP 0x7f1234500000ull /* a multiple of each leaf's size */

static struct recording_header header;
struct recording_header *recording = &header;
char *chunk_address[TABLE_COUNT][RECORDING_MAX_CHUNKS];

uint64_t space_take_leaf(enum recording_table_id id) {
  assert_true(header.table[id].count < table_first(id));
  return header.table[id].count++;
}

bool space_has_leaf(enum recording_table_id id, uint64_t i) {
  return i < table_first(id);
}

/* A chunk whose last byte is the last that can be touched. */
static char *make_chunk(enum recording_table_id id) {
  size_t size = table_first(id) * table_element_size(id), pages = (size + PAGE - 1) / PAGE * PAGE;
  char *start =
      mmap(NULL, pages + PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  assert_true(start != MAP_FAILED && mprotect(start + pages, PAGE, PROT_NONE) == 0);
  return start + pages - size;
}

static int begin_shadows(void **state) {
  (void)state;
  memset(&header, 0, sizeof(header));
  chunk_address[TABLE_LEAVES][0] = make_chunk(TABLE_LEAVES);
  chunk_address[TABLE_WIDE_LEAVES][0] = make_chunk(TABLE_WIDE_LEAVES);
  shadow_begin(GRANULE_SHIFT_MOST);
  return 0;
}

static int end_shadows(void **state) {
  (void)state;
  shadow_reset();
  wide_shadow_reset();
  return 0;
}

static const void *at(uint64_t offset) {
  return (const void *)(uintptr_t)(HEAP + offset);
}

static struct recording_object object(uint64_t size, uint32_t site) {
  return (struct recording_object){size, 3ull << GRANULE_TIME_SHIFT, site, 7};
}

struct seen {
  uint64_t address[200], size[200];
  unsigned n;
};

static void see(void *context, uint64_t address, const struct recording_object *o) {
  struct seen *seen = context;
  assert_int_equal(o->thread, 7);
  assert_int_equal(o->time, 3ull << GRANULE_TIME_SHIFT);
  seen->address[seen->n] = address;
  seen->size[seen->n++] = o->size;
}

static void sizes_that_have_a_granule(void **state) {
  (void)state;
  assert_true(shadow_has(0) && shadow_has(255));
  assert_false(shadow_has(256));
  shadow_begin(GRANULE_SHIFT_LEAST);
  assert_false(shadow_has(8));
  assert_true(shadow_has(9) && shadow_has(255));
  assert_false(shadow_has(256) || shadow_has(UINT64_MAX));
  assert_false(wide_shadow_has(at(0), 255));
  assert_true(wide_shadow_has(at(0), 256) && wide_shadow_has(at(8), (64 << 10) - 1));
  assert_false(wide_shadow_has(at(0), 64 << 10) || wide_shadow_has(at(0), UINT64_MAX));
  for (unsigned i = 1; i < 8; i++)
    assert_false(wide_shadow_has(at(i), 256));
}

/* Neighbours, the first and the last granule of a leaf, and the next leaf. */
static void small_blocks_are_found_where_they_are(void **state) {
  (void)state;
  static const uint64_t place[] = {0, 32, 80, 63 * 32 + 16, 64 * 32};
  struct recording_granule *granule;
  struct seen seen = {.n = 0};
  for (uint32_t i = 0; i < 5; i++)
    assert_true(shadow_add(at(place[i]),
                           &(struct recording_object){10 + i, 3ull << GRANULE_TIME_SHIFT, i, 7}));
  shadow_each(see, &seen);
  assert_int_equal(seen.n, 5);
  for (uint32_t i = 0; i < 5; i++) {
    struct recording_object found;
    assert_int_equal(seen.address[i], HEAP + place[i]);
    assert_int_equal(seen.size[i], 10 + i);
    assert_false(shadow_remove(at(place[i] + 1), &found, &granule));
    assert_true(shadow_remove(at(place[i]), &found, &granule));
    assert_int_equal(found.site, i);
    assert_false(shadow_remove(at(place[i]), &found, &granule));
  }
  assert_int_equal(header.table[TABLE_LEAVES].count, 2);
  assert_int_equal(shadow_room(), 2 * LEAF_GRANULES);
}

static void wide_blocks_are_found_where_they_are(void **state) {
  (void)state;
  static const uint64_t place[] = {0, 256 + 8, 512 + 248, 15 * 256, 4096 + 16};
  struct recording_granule *granule;
  struct seen seen = {.n = 0};
  for (uint32_t i = 0; i < 5; i++) {
    struct recording_object o = object(256 + i, i);
    assert_true(wide_shadow_add(at(place[i]), &o));
  }
  wide_shadow_each(see, &seen);
  assert_int_equal(seen.n, 5);
  for (uint32_t i = 0; i < 5; i++) {
    struct recording_object found;
    assert_int_equal(seen.address[i], HEAP + place[i]);
    assert_int_equal(seen.size[i], 256 + i);
    for (uint64_t off = 1; off <= 8; off++)
      assert_null(wide_shadow_find(at(place[i] + off)));
    assert_true(wide_shadow_remove(at(place[i]), &found, &granule));
    assert_int_equal(found.site, i);
    assert_null(wide_shadow_find(at(place[i])));
  }
  assert_int_equal(wide_shadow_room(), 2 * WIDE_LEAF_GRANULES);
}

typedef bool around_fn(uintptr_t address, uintptr_t *start, struct recording_object *ret);

/* Inside, not at the start and not behind the end; a block in between hides what is below it. */
static void check_around(around_fn *around, uint64_t place, uint64_t size) {
  uintptr_t start;
  struct recording_object found;
  assert_true(around(HEAP + place + 1, &start, &found));
  assert_int_equal(start, HEAP + place);
  assert_int_equal(found.size, size);
  assert_true(around(HEAP + place + size - 1, &start, &found));
  assert_int_equal(start, HEAP + place);
  assert_false(around(HEAP + place, &start, &found));
  assert_false(around(HEAP + place + size, &start, &found));
}

static void an_address_inside_a_block_leads_to_it(void **state) {
  (void)state;
  struct recording_object small = object(255, 1), wide = object(WIDE_LARGEST, 2),
                          near = object(256, 3);
  assert_true(shadow_add(at(16), &small));
  check_around(shadow_around, 16, 255);
  assert_true(wide_shadow_add(at(0x1008), &near) && wide_shadow_add(at(0x1180), &wide));
  check_around(wide_shadow_around, 0x1008, 256);
  check_around(wide_shadow_around, 0x1180, WIDE_LARGEST);
}

/* Every leaf of the chunk is taken: nothing behind the last is read. */
static void nothing_behind_the_last_leaf_is_read(void **state) {
  (void)state;
  struct seen seen = {.n = 0};
  struct recording_object small = object(40, 1), wide = object(400, 2);
  for (uint64_t i = 0; i < table_first(TABLE_LEAVES); i++)
    assert_true(shadow_add(at(i * LEAF_GRANULES * 32), &small));
  for (uint64_t i = 0; i < table_first(TABLE_WIDE_LEAVES); i++)
    assert_true(wide_shadow_add(at(i * WIDE_LEAF_GRANULES * WIDE_LEAST), &wide));
  shadow_each(see, &seen);
  assert_int_equal(seen.n, table_first(TABLE_LEAVES));
  wide_shadow_each(see, &seen);
  assert_int_equal(seen.n, table_first(TABLE_LEAVES) + table_first(TABLE_WIDE_LEAVES));
}

/* A thread that found the tree full may have counted itself when another one forked. */
static void a_count_above_the_most_is_survived(void **state) {
  (void)state;
  size_t size = (sizeof(struct leaf_tree) + PAGE - 1) / PAGE * PAGE;
  char *start = mmap(NULL, size + PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  assert_true(start != MAP_FAILED && mprotect(start + size, PAGE, PROT_NONE) == 0);
  struct leaf_tree *tree = (struct leaf_tree *)(start + size - sizeof(*tree));
  *tree = (struct leaf_tree){.top = wide_top, .n_middles = LEAF_TREE_MIDDLES + 1};
  leaf_tree_reset(tree);
  assert_int_equal(tree->n_middles, 0);
}

int main(void) {
#define SHADOW_TEST(f) cmocka_unit_test_setup_teardown(f, begin_shadows, end_shadows)
  const struct CMUnitTest tests[] = {
      SHADOW_TEST(sizes_that_have_a_granule),
      SHADOW_TEST(small_blocks_are_found_where_they_are),
      SHADOW_TEST(wide_blocks_are_found_where_they_are),
      SHADOW_TEST(an_address_inside_a_block_leads_to_it),
      SHADOW_TEST(nothing_behind_the_last_leaf_is_read),
      cmocka_unit_test(a_count_above_the_most_is_survived),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
