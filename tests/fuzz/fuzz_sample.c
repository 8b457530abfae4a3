/* libFuzzer target: any bytes are the one sample of an otherwise sound profile. protobuf-c says
 * what is in them; decode_sample.c has to say the same. */
#include "../unit/wire.h"

#include "pprof/decode.h"
#include "pprof/decode_sample.h"
#include "pprof/fields.h"
#include "profile.pb-c.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

enum { TYPE = 1, SAMPLE = 2, LOCATION = 4, STRING = 6, LABEL = 3 };
enum { N_TYPES = 2 };

/* Numbers of one byte, of several and of all ten; not in a row, so that they are looked up. */
static const uint64_t ids[] = {1, 2, 127, 128, 300, 70000, 1ull << 40, 1ull << 63};
static const char *const strings[] = {"", "a", "b", "bytes", "rate", "thread", "x", "y"};
enum { N_IDS = sizeof(ids) / sizeof(*ids), N_STRINGS = sizeof(strings) / sizeof(*strings) };

static void must(bool holds) {
  if (!holds)
    abort();
}

static bool odd_number(const uint8_t *at, const uint8_t *end) {
  int length = 1;
  for (; at < end && *at >= 0x80; at++)
    length++;
  return length > 5;
}

/* Whether there are tags or lengths that only an enemy writes: with more than 5 bytes, or of no
 * field. Readers differ in what they make of those. */
static bool is_odd(const uint8_t *bytes, size_t n, bool with_labels) {
  struct field_cursor cursor = {.at = bytes, .end = bytes + n};
  struct field field;
  while (field_next(&cursor, &field)) {
    const uint8_t *content = field.begin;
    while (*content++ >= 0x80) {
    }
    if (odd_number(field.begin, cursor.end) ||
        (field.type == WIRE_BYTES && odd_number(content, cursor.end)) ||
        (with_labels && field.number == LABEL && field.type == WIRE_BYTES &&
         is_odd(field.data, field.n, false)))
      return true;
  }
  uint64_t tag;
  return cursor.at < cursor.end && varint_read(cursor.at, cursor.end, &tag) &&
         (tag >> 3 == 0 || tag >> 3 >= 1 << 29 || odd_number(cursor.at, cursor.end));
}

static int place(uint64_t id) {
  for (int i = 0; i < N_IDS; i++)
    if (ids[i] == id)
      return i;
  return -1;
}

static bool has_string(int64_t index) {
  return (uint64_t)index < N_STRINGS;
}

static bool refers_well(const Perftools__Profiles__Sample *sample) {
  for (size_t i = 0; i < sample->n_location_id; i++)
    if (place(sample->location_id[i]) < 0)
      return false;
  for (size_t i = 0; i < sample->n_label; i++)
    if (!has_string(sample->label[i]->key) || !has_string(sample->label[i]->str) ||
        !has_string(sample->label[i]->num_unit))
      return false;
  return true;
}

static void must_be_same(const struct profile_sample *sample,
                         const Perftools__Profiles__Sample *expected) {
  must(sample->n_locations == expected->n_location_id && sample->n_labels == expected->n_label);
  must(memcmp(sample->values, expected->value, N_TYPES * sizeof(*sample->values)) == 0);
  for (uint32_t i = 0; i < sample->n_locations; i++)
    must((int)sample->locations[i] == place(expected->location_id[i]));
  for (uint32_t i = 0; i < sample->n_labels; i++) {
    const struct profile_label *label = &sample->labels[i];
    const Perftools__Profiles__Label *from = expected->label[i];
    must(strcmp(label->key, strings[from->key]) == 0 &&
         strcmp(label->str, strings[from->str]) == 0);
    must(strcmp(label->unit, strings[from->num_unit]) == 0);
    must(label->num == (from->str ? 0 : from->num));
  }
}

static void must_be_refused(const struct error *err, const char *message) {
  must(err && strstr(err->message, message));
}

static void check(const struct profile *profile, const struct error *err,
                  const Perftools__Profiles__Sample *expected) {
  if (!expected)
    must_be_refused(err, "x: damaged profile: sample 0: ");
  else if (expected->n_value != N_TYPES)
    must_be_refused(err, " values, not one for each of the 2 sample types");
  else if (!refers_well(expected))
    must_be_refused(err, "not ");
  else
    must_be_same(&profile->samples[0], expected);
}

static void put_profile(struct strbuf *sb, const uint8_t *sample, size_t n) {
  for (int i = 0; i < N_STRINGS; i++)
    put_string(sb, STRING, strings[i]);
  for (int i = 0; i < N_TYPES; i++)
    put_message(sb, TYPE, N(1, 1), N(2, 2), NOTHING, NOTHING);
  for (int i = 0; i < N_IDS; i++)
    put_message(sb, LOCATION, N(1, ids[i]), NOTHING, NOTHING, NOTHING);
  put_bytes(sb, SAMPLE, sample, n);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
  struct strbuf sb = STRBUF_INIT;
  struct profile *profile = NULL;
  put_profile(&sb, bytes, n);
  /* A copy of exactly its size, so that a read past the end is seen. */
  void *copy = malloc(sb.length);
  memcpy(copy, sb.data, sb.length);
  struct error *err = pprof_decode(copy, sb.length, "x", &profile);
  free(copy);
  strbuf_deinit(&sb);
  must(!err == !!profile);
  if (!is_odd(bytes, n, true)) {
    Perftools__Profiles__Sample *expected = perftools__profiles__sample__unpack(NULL, n, bytes);
    check(profile, err, expected);
    if (expected)
      perftools__profiles__sample__free_unpacked(expected, NULL);
  }
  if (err)
    error_destroy(err);
  profile_destroy(profile);
  return 0;
}
