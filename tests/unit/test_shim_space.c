/* The recording's file (shim/store/space.h): made, grown and left, with a lock that the test gives
 * and looks at. */
#include "shim/store/space.h"

#include "shim/sys/lock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

enum { HOLDER = 77 };
static struct lock *taken; /* the last that was asked for */
static bool refused;

bool lock_take(struct lock *lock, struct lock_hold *hold) {
  (void)hold;
  taken = lock;
  lock->word = refused ? lock->word : HOLDER;
  return !refused;
}

void lock_give(struct lock *lock, const struct lock_hold *hold) {
  (void)hold;
  assert_int_equal(lock->word, HOLDER);
  lock->word = 0;
}

static char path[64];

static int create(void **state) {
  (void)state;
  snprintf(path, sizeof(path), "/tmp/memprof-test-space.%d", getpid());
  refused = false;
  return space_create(path);
}

static int leave(void **state) {
  (void)state;
  struct space_view view;
  if (recording) {
    space_detach(&view);
    space_unmap(&view);
  }
  return unlink(path);
}

/* Its first chunks are there and empty, and can be written to. */
static void a_new_recording_has_room(void **state) {
  (void)state;
  assert_non_null(recording);
  assert_int_equal(recording->header_size, RECORDING_HEADER_SIZE);
  for (int id = 0; id < TABLE_RESERVOIRS; id++) {
    assert_int_equal(recording->table[id].count, 0);
    memset(table_at((enum recording_table_id)id, 0), 1,
           table_element_size((enum recording_table_id)id));
  }
}

/* By chunks, each twice as large as the one before; what was written stays where it is. */
static void tables_grow_by_chunks(void **state) {
  (void)state;
  uint64_t first = table_first(TABLE_TAGS), last = 0;
  for (uint64_t i = 0; i < 7 * first; i++) {
    last = table_take(TABLE_TAGS, 1);
    assert_int_equal(last, i);
    *(uint64_t *)table_at(TABLE_TAGS, i) = i + 1;
  }
  for (uint64_t i = 0; i <= last; i++)
    assert_int_equal(*(uint64_t *)table_at(TABLE_TAGS, i), i + 1);
  assert_non_null(chunk_address[TABLE_TAGS][2]);
  assert_null(chunk_address[TABLE_TAGS][3]);
}

static void without_the_lock_nothing_grows(void **state) {
  (void)state;
  refused = true;
  assert_true(space_chunk(TABLE_TAGS, 0));
  assert_false(space_chunk(TABLE_TAGS, 1));
  assert_int_equal(recording->dropped[DROP_SPACE], 1);
  assert_null(chunk_address[TABLE_TAGS][1]);
  refused = false;
  assert_true(space_chunk(TABLE_TAGS, 1));
  assert_false(space_chunk(TABLE_TAGS, RECORDING_MAX_CHUNKS));
}

/* As in a child that was forked while another thread made room: the lock's holder is not there. */
static void what_is_left_can_be_read_and_unmapped(void **state) {
  (void)state;
  struct space_view view;
  *(uint64_t *)table_at(TABLE_TAGS, table_take(TABLE_TAGS, 1)) = 12345;
  assert_true(space_chunk(TABLE_TAGS, 1));
  char *first = chunk_address[TABLE_TAGS][0], *second = chunk_address[TABLE_TAGS][1];
  taken->word = HOLDER;
  space_detach(&view);
  assert_null(recording);
  assert_int_equal(taken->word, 0);
  for (int id = 0; id < TABLE_COUNT; id++)
    assert_null(chunk_address[id][0]);
  assert_int_equal(*(const uint64_t *)space_view_at(&view, TABLE_TAGS, 0), 12345);
  assert_ptr_equal(space_view_at(&view, TABLE_TAGS, table_first(TABLE_TAGS)), second);
  assert_null(space_view_at(&view, TABLE_TAGS, 7 * table_first(TABLE_TAGS)));
  space_unmap(&view);
  unsigned char resident[2];
  assert_int_equal(mincore((void *)((uintptr_t)first & ~4095ul), 4096, resident), -1);
  assert_int_equal(mincore((void *)((uintptr_t)second & ~4095ul), 4096, resident), -1);
  assert_null(space_view_at(&view, TABLE_TAGS, 0));
}

int main(void) {
#define SPACE_TEST(f) cmocka_unit_test_setup_teardown(f, create, leave)
  const struct CMUnitTest tests[] = {
      SPACE_TEST(a_new_recording_has_room),
      SPACE_TEST(tables_grow_by_chunks),
      SPACE_TEST(without_the_lock_nothing_grows),
      SPACE_TEST(what_is_left_can_be_read_and_unmapped),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
