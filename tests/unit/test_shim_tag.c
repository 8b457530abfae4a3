/* Tags in the recording (shim/store/tag.h): each text once, and what happens at the table's end. */
#include "shim/store/tag.h"

#include "shim/store/space.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct recording_header header;
struct recording_header *recording = &header;
char *chunk_address[TABLE_COUNT][RECORDING_MAX_CHUNKS];
static struct recording_tag tags[64];
static uint64_t beyond; /* that other threads take meanwhile */

uint64_t table_take(enum recording_table_id id, uint64_t n) {
  uint64_t at = header.table[id].count + beyond;
  header.table[id].count += n + beyond;
  return at;
}

static int begin(void **state) {
  (void)state;
  memset(&header, 0, sizeof(header));
  memset(tags, 0, sizeof(tags));
  chunk_address[TABLE_TAGS][0] = (char *)tags;
  beyond = 0;
  tag_reset();
  return 0;
}

static void a_text_is_kept_once_with_its_parent(void **state) {
  (void)state;
  uint16_t a = tag_intern(0, "k", "a"), b = tag_intern(0, "k", "b"),
           inner = tag_intern(a, "k", "b");
  assert_int_equal(tag_intern(0, "k", "a"), a);
  assert_int_equal(tag_intern(a, "k", "b"), inner);
  assert_true(a && b && inner && a != b && b != inner && a != inner);
  assert_int_equal(tag_intern(0, "ka", ""), tag_intern(0, "ka", ""));
  assert_int_not_equal(tag_intern(0, "ka", ""), a);
  assert_string_equal(tags[inner - 1].key, "k");
  assert_string_equal(tags[inner - 1].value, "b");
  assert_int_equal(tags[inner - 1].parent, a);
  assert_int_equal(tags[inner - 1].state, 1);
}

/* Cut where they would not fit, and never within a character of UTF-8. */
static void long_texts_are_cut(void **state) {
  (void)state;
  char key[40], wide[200] = "";
  memset(key, 'x', sizeof(key) - 1);
  key[sizeof(key) - 1] = '\0';
  for (int i = 0; i < 60; i++)
    strcat(wide, "\xc3\xa4");
  const struct recording_tag *tag = &tags[tag_intern(0, key, wide) - 1];
  assert_int_equal(strlen(tag->key), sizeof(tag->key) - 1);
  assert_int_equal(strlen(tag->value), 94); /* 95 would end within the 48th */
  tag = &tags[tag_intern(0, key, wide + 12) - 1];
  assert_int_equal(strlen(tag->value), 94);
}

/* The number is the tag's place and one; the last place is TAGS_MOST - 1. */
static void a_full_table_gives_the_parent_and_counts(void **state) {
  (void)state;
  uint16_t a = tag_intern(0, "k", "a");
  header.table[TABLE_TAGS].count = TAGS_MOST;
  assert_int_equal(tag_intern(a, "k", "b"), a);
  assert_int_equal(header.dropped[DROP_LIMIT], 1);
  header.table[TABLE_TAGS].count = TAGS_MOST - 1;
  beyond = 1; /* another thread takes the last place after we have looked */
  assert_int_equal(tag_intern(a, "k", "c"), a);
  assert_int_equal(header.dropped[DROP_LIMIT], 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(a_text_is_kept_once_with_its_parent, begin),
      cmocka_unit_test_setup(long_texts_are_cut, begin),
      cmocka_unit_test_setup(a_full_table_gives_the_parent_and_counts, begin),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
