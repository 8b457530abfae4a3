/* The reader against files made by hand, field by field: what is odd but right, and what is wrong.
 */
#include "test.h"
#include "wire.h"

#include "pprof/decode.h"

#include <stdio.h>

enum { TYPE = 1, SAMPLE = 2, MAPPING = 3, LOCATION = 4, FUNCTION = 5, STRING = 6 };

/* Strings 0 to 5 and one sample type; what follows is the test's. */
static struct strbuf wire_begin(void) {
  struct strbuf sb = STRBUF_INIT;
  static const char *const strings[] = {"", "space", "bytes", "main", "main.c", "/bin/prog"};
  for (size_t i = 0; i < sizeof(strings) / sizeof(*strings); i++)
    put_string(&sb, STRING, strings[i]);
  put_message(&sb, TYPE, N(1, 1), N(2, 2), NOTHING, NOTHING);
  return sb;
}

static struct profile *decode_ok(struct strbuf *sb) {
  struct profile *profile = NULL;
  assert_ok(pprof_decode(sb->data, sb->length, "x.pb", &profile));
  strbuf_deinit(sb);
  return profile;
}

static void refuse(struct strbuf *sb, const char *message) {
  struct profile *profile = NULL;
  struct error *err = pprof_decode(sb->data, sb->length, "x.pb", &profile);
  assert_null(profile);
  assert_non_null(err);
  assert_memory_equal(err->message, "x.pb: ", 6);
  assert_error(err, ERROR_BAD_INPUT, message);
  strbuf_deinit(sb);
}

static void ids_are_arbitrary(void **state) {
  (void)state;
  struct strbuf sb = wire_begin();
  /* In an order in which each thing comes before what it refers to. */
  put_message(&sb, SAMPLE, N(1, 1ull << 63), N(1, 42), N(2, 7), NOTHING);
  put_message(&sb, LOCATION, N(1, 42), N(2, 900), N(3, 0x1234), NOTHING);
  struct strbuf location = STRBUF_INIT;
  put_number(&location, 1, 1ull << 63);
  put_message(&location, 4, N(1, 77), N(2, 12), NOTHING, NOTHING);
  put_bytes(&sb, LOCATION, location.data, location.length);
  strbuf_deinit(&location);
  put_message(&sb, FUNCTION, N(1, 77), N(2, 3), N(4, 4), NOTHING);
  put_message(&sb, MAPPING, N(1, 900), N(2, 0x1000), N(3, 0x2000), N(5, 5));
  _cleanup_profile_ struct profile *profile = decode_ok(&sb);
  assert_string_equal(stack_text(profile, 0), "main;[prog]");
  assert_int_equal(sample_value(profile, 0, "space"), 7);
  assert_int_equal(profile->locations[0].address, 0x1234);
  assert_int_equal(profile->locations[1].mapping, PROFILE_NONE);
  assert_int_equal(profile->locations[1].lines[0].line, 12);
}

static void kinds_of_things_may_be_mixed(void **state) {
  (void)state;
  struct strbuf sb = wire_begin();
  for (unsigned i = 1; i <= 3; i++) {
    put_message(&sb, SAMPLE, N(1, i), N(2, i * 10), NOTHING, NOTHING);
    put_message(&sb, MAPPING, N(1, i), N(2, 0x1000), N(3, 0x2000), N(5, 5 + (i == 3)));
    put_message(&sb, LOCATION, N(1, i), N(2, i), N(3, 0x1000 + i), NOTHING);
    if (i == 2)
      put_string(&sb, STRING, "/bin/last");
  }
  _cleanup_profile_ struct profile *profile = decode_ok(&sb);
  assert_int_equal(profile->n_samples, 3);
  assert_int_equal(profile->n_locations, 3);
  assert_int_equal(profile->n_mappings, 3);
  assert_string_equal(stack_text(profile, 0), "[prog]");
  assert_string_equal(stack_text(profile, 2), "[last]");
  assert_int_equal(sample_value(profile, 1, NULL), 20);
}

static void packed_numbers_are_read(void **state) {
  (void)state;
  struct strbuf sb = wire_begin(), sample = STRBUF_INIT;
  put_message(&sb, LOCATION, N(1, 1), NOTHING, NOTHING, NOTHING);
  put_bytes(&sample, 1, "\1\1\1", 3);
  put_bytes(&sample, 2, "\5", 1);
  put_bytes(&sb, SAMPLE, sample.data, sample.length);
  strbuf_deinit(&sample);
  _cleanup_profile_ struct profile *profile = decode_ok(&sb);
  assert_int_equal(profile->samples[0].n_locations, 3);
  assert_int_equal(sample_value(profile, 0, NULL), 5);
}

static void fields_of_a_sample_come_in_any_order(void **state) {
  (void)state;
  struct strbuf sb = wire_begin(), label = STRBUF_INIT, sample = STRBUF_INIT;
  for (unsigned id = 1; id <= 300; id++)
    put_message(&sb, LOCATION, N(1, id), NOTHING, NOTHING, NOTHING);
  put_number(&label, 3, 4096);
  put_number(&label, 9, 1);
  put_number(&label, 1, 4);
  put_number(&label, 1, 3); /* the last one counts */
  put_bytes(&sample, 3, label.data, label.length);
  put_number(&sample, 1, 300);
  put_number(&sample, 2, -5);
  put_bytes(&sample, 1, "\x81\x02\x02", 3); /* 257 and 2 */
  put_string(&sample, 77, "who knows");
  put_bytes(&sample, 1, "", 0);
  put_number(&sample, 1, 3);
  put_bytes(&sb, SAMPLE, sample.data, sample.length);
  strbuf_deinit(&label);
  strbuf_deinit(&sample);
  _cleanup_profile_ struct profile *profile = decode_ok(&sb);
  const struct profile_sample *read = &profile->samples[0];
  static const uint32_t places[] = {299, 256, 1, 2};
  assert_int_equal(read->n_locations, 4);
  assert_memory_equal(read->locations, places, sizeof(places));
  assert_int_equal(read->values[0], -5);
  assert_int_equal(read->n_labels, 1);
  assert_string_equal(read->labels[0].key, "main");
  assert_int_equal(read->labels[0].num, 4096);
}

static void a_later_versions_fields_are_skipped(void **state) {
  (void)state;
  struct strbuf sb = wire_begin();
  put_number(&sb, 15, 1);
  put_string(&sb, 16, "label set");
  put_string(&sb, 100000, "who knows");
  put_message(&sb, SAMPLE, N(2, 7), N(99, 1), NOTHING, NOTHING);
  _cleanup_profile_ struct profile *profile = decode_ok(&sb);
  assert_int_equal(profile->n_samples, 1);
}

static void lines_without_a_function_are_dropped(void **state) {
  (void)state;
  struct strbuf sb = wire_begin(), location = STRBUF_INIT;
  put_number(&location, 1, 1);
  put_message(&location, 4, N(1, 0), N(2, 12), NOTHING, NOTHING);
  put_bytes(&sb, LOCATION, location.data, location.length);
  strbuf_deinit(&location);
  _cleanup_profile_ struct profile *profile = decode_ok(&sb);
  assert_int_equal(profile->locations[0].n_lines, 0);
}

static void the_period_is_the_rate_unless_labels_say(void **state) {
  (void)state;
  struct strbuf sb = wire_begin(), other = wire_begin();
  put_message(&sb, 11, N(1, 1), N(2, 2), NOTHING, NOTHING);
  put_number(&sb, 12, 524288);
  _cleanup_profile_ struct profile *profile = decode_ok(&sb);
  assert_int_equal(profile->default_rate, 524288);
  put_message(&other, 11, N(1, 1), N(2, 2), NOTHING, NOTHING);
  put_number(&other, 12, 524288);
  put_string(&other, STRING, "rate");
  put_bytes(&other, SAMPLE, "\x10\x01\x1a\x04\x08\x06\x18\x05", 8); /* value 1, label rate: 5 */
  _cleanup_profile_ struct profile *labelled = decode_ok(&other);
  assert_string_equal(labelled->samples[0].labels[0].key, "rate");
  assert_int_equal(labelled->default_rate, 0);
}

static void the_string_table_is_needed(void **state) {
  (void)state;
  struct strbuf sb = STRBUF_INIT;
  put_message(&sb, TYPE, NOTHING, NOTHING, NOTHING, NOTHING);
  refuse(&sb, "string table does not begin with \"\"");
  put_string(&sb, STRING, "space");
  put_message(&sb, TYPE, NOTHING, NOTHING, NOTHING, NOTHING);
  refuse(&sb, "string table does not begin with \"\"");
}

static void sample_types_are_needed(void **state) {
  (void)state;
  struct strbuf sb = STRBUF_INIT;
  put_string(&sb, STRING, "");
  refuse(&sb, "no sample types");
}

static void ids_have_to_be_unique_and_not_zero(void **state) {
  (void)state;
  static const struct {
    unsigned field;
    const char *zero, *twice;
  } kinds[] = {{MAPPING, "mapping 1 has id 0", "two mappings have id 1"},
               {LOCATION, "location 1 has id 0", "two locations have id 1"},
               {FUNCTION, "function 1 has id 0", "two functions have id 1"}};
  for (size_t i = 0; i < 3; i++) {
    struct strbuf sb = wire_begin();
    put_message(&sb, kinds[i].field, N(1, 1), NOTHING, NOTHING, NOTHING);
    put_message(&sb, kinds[i].field, N(1, 0), NOTHING, NOTHING, NOTHING);
    refuse(&sb, kinds[i].zero);
    sb = wire_begin();
    put_message(&sb, kinds[i].field, N(1, 1), NOTHING, NOTHING, NOTHING);
    put_message(&sb, kinds[i].field, N(1, 1), NOTHING, NOTHING, NOTHING);
    refuse(&sb, kinds[i].twice);
    sb = wire_begin(); /* likewise once the ids are no longer 1, 2, 3 */
    put_message(&sb, kinds[i].field, N(1, 1), NOTHING, NOTHING, NOTHING);
    put_message(&sb, kinds[i].field, N(1, 500), NOTHING, NOTHING, NOTHING);
    put_message(&sb, kinds[i].field, N(1, 1), NOTHING, NOTHING, NOTHING);
    refuse(&sb, kinds[i].twice);
  }
}

static void ids_have_to_exist(void **state) {
  (void)state;
  struct strbuf sb = wire_begin();
  put_message(&sb, SAMPLE, N(1, 17), N(2, 7), NOTHING, NOTHING);
  refuse(&sb, "sample 0: location id 17 does not exist");
  sb = wire_begin();
  put_message(&sb, SAMPLE, N(1, 0), N(2, 7), NOTHING, NOTHING);
  refuse(&sb, "sample 0: location id 0 does not exist");
  sb = wire_begin();
  put_message(&sb, LOCATION, N(1, 1), N(2, 9), NOTHING, NOTHING);
  refuse(&sb, "location 0: mapping id 9 does not exist");
  sb = wire_begin();
  struct strbuf location = STRBUF_INIT;
  put_number(&location, 1, 1);
  put_message(&location, 4, N(1, 8), N(2, 12), NOTHING, NOTHING);
  put_bytes(&sb, LOCATION, location.data, location.length);
  strbuf_deinit(&location);
  refuse(&sb, "location 0: function id 8 does not exist");
}

static void strings_have_to_exist(void **state) {
  (void)state;
  struct strbuf sb = wire_begin();
  put_message(&sb, FUNCTION, N(1, 1), N(2, 6), NOTHING, NOTHING);
  refuse(&sb, "function 0: string 6 is not in the table of 6");
  sb = wire_begin();
  put_message(&sb, MAPPING, N(1, 1), N(6, -1), NOTHING, NOTHING);
  refuse(&sb, "mapping 0: string -1 is not in the table");
  sb = wire_begin();
  put_number(&sb, 7, 99); /* drop_frames */
  refuse(&sb, "header 0: string 99");
  sb = wire_begin();
  put_number(&sb, 13, 99);
  refuse(&sb, "comment 0: string 99");
  sb = wire_begin();
  put_message(&sb, TYPE, N(1, 1), N(2, 66), NOTHING, NOTHING);
  refuse(&sb, "sample type 1: string 66");
  for (unsigned field = 1; field <= 4; field++) {
    if (field == 3) /* num */
      continue;
    struct strbuf label = STRBUF_INIT, sample = STRBUF_INIT;
    put_number(&label, field, 70);
    put_number(&sample, 2, 1);
    put_bytes(&sample, 3, label.data, label.length);
    sb = wire_begin();
    put_bytes(&sb, SAMPLE, sample.data, sample.length);
    refuse(&sb, "sample 0: string 70");
    strbuf_deinit(&label);
    strbuf_deinit(&sample);
  }
}

static void every_sample_has_a_value_of_each_type(void **state) {
  (void)state;
  struct strbuf sb = wire_begin();
  put_message(&sb, SAMPLE, N(2, 1), NOTHING, NOTHING, NOTHING);
  put_message(&sb, SAMPLE, N(2, 1), N(2, 2), NOTHING, NOTHING);
  refuse(&sb, "sample 1: 2 values, not one for each of the 1 sample types");
  sb = wire_begin();
  put_message(&sb, SAMPLE, NOTHING, NOTHING, NOTHING, NOTHING);
  refuse(&sb, "sample 0: 0 values");
}

static void lengths_have_to_fit(void **state) {
  (void)state;
  static const char *const tails[] = {
      "\x12\x05\x01",                                 /* longer than the file */
      "\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", /* 2^64 - 1 */
      "\x12\xff\xff\xff\xff\xff\xff\xff\xff\x7f",     /* 2^63 - 1 */
      "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", /* a varint without end */
      "\x13\x08\x01\x14",                             /* a group */
      "\x0f",                                         /* wire type 7 */
      "\x02\x01\x01",                                 /* field 0 */
  };
  for (size_t i = 0; i < sizeof(tails) / sizeof(*tails); i++) {
    struct strbuf sb = wire_begin();
    strbuf_append(&sb, tails[i]);
    /* begin() wrote 41 bytes of strings and 6 of a sample type. */
    refuse(&sb, "no protobuf field at byte 47");
  }
}

static void numbers_of_a_sample_have_to_end(void **state) {
  (void)state;
  static const char *const samples[] = {
      "\x12\x01\x80",             /* a value that does not end */
      "\x10\x01\x0a\x02\x01\x80", /* ids that do not */
      "\x10\x01\x0a\x0b\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", /* after 10 bytes */
      "\x10\x01\x0d\x01\x01\x01\x01",                                 /* a fixed id */
      "\x10\x01\x18\x01",                                             /* a number for a label */
      "\x10\x01\x1a\x02\x0a\x01",                                     /* a string for its key */
  };
  for (size_t i = 0; i < sizeof(samples) / sizeof(*samples); i++) {
    struct strbuf sb = wire_begin();
    put_string(&sb, SAMPLE, samples[i]);
    refuse(&sb, "sample 0: its bytes do not decode as profile.proto says");
  }
}

static void messages_have_to_decode(void **state) {
  (void)state;
  for (unsigned field = SAMPLE; field <= FUNCTION; field++) {
    struct strbuf sb = wire_begin();
    put_bytes(&sb, field, "\x08", 1); /* a tag without a value */
    refuse(&sb, "its bytes do not decode as profile.proto says");
    sb = wire_begin();
    put_number(&sb, field, 1);
    refuse(&sb, "a number where a message should be");
  }
}

static void other_formats_are_named(void **state) {
  (void)state;
  static const struct {
    const char *text, *message;
  } cases[] = {
      {"heap profile: 1: 2 [3: 4] @ heapprofile\n", "`go tool pprof -proto"},
      {"heap_v2/524288\n  t*: 1: 2 [0: 0]\n", "`go tool pprof -proto"},
      {"--- heapz 1 ---\n", "`go tool pprof -proto"},
      {"{\"a\": 1}", "neither gzip nor protobuf"},
      {"\x7f"
       "ELF\2\1\1",
       "neither gzip nor protobuf"},
      {"hello world", "no protobuf field"},
      {"", "empty"},
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
    struct strbuf sb = STRBUF_INIT;
    strbuf_append(&sb, cases[i].text);
    refuse(&sb, cases[i].message);
  }
}

RUN(TEST(ids_are_arbitrary), TEST(kinds_of_things_may_be_mixed), TEST(packed_numbers_are_read),
    TEST(fields_of_a_sample_come_in_any_order), TEST(a_later_versions_fields_are_skipped),
    TEST(lines_without_a_function_are_dropped), TEST(the_period_is_the_rate_unless_labels_say),
    TEST(the_string_table_is_needed), TEST(sample_types_are_needed),
    TEST(ids_have_to_be_unique_and_not_zero), TEST(ids_have_to_exist), TEST(strings_have_to_exist),
    TEST(every_sample_has_a_value_of_each_type), TEST(lengths_have_to_fit),
    TEST(numbers_of_a_sample_have_to_end), TEST(messages_have_to_decode),
    TEST(other_formats_are_named))
