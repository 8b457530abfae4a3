/* Samples are nearly all of a profile. They are read straight from its bytes, each in two passes:
 * one counts, so that arrays get their sizes, one fills them. Accepted is what protobuf-c accepts,
 * in any order and repeated numbers packed or not; tests/fuzz/fuzz_sample.c holds the two against
 * each other. */
#include "pprof/decode_sample.h"

#include "base/work.h"
#include "pprof/decoder.h"

/* Numbers of Sample's and Label's fields, see proto/profile.proto. */
enum { LOCATION_ID = 1, VALUE = 2, LABEL = 3 };
enum { KEY = 1, STR = 2, NUM = 3, NUM_UNIT = 4 };

struct counts {
  size_t locations, values, labels;
};

static bool count_numbers(const struct field *field, size_t *count) {
  bool packed = field->type == WIRE_BYTES;
  *count += packed ? varint_count(field->data, field->n) : 1;
  return packed ? !field->n || field->data[field->n - 1] < 0x80 : field->type == WIRE_VARINT;
}

static bool count_field(const struct field *field, struct counts *counts) {
  switch (field->number) {
  case LOCATION_ID:
    return count_numbers(field, &counts->locations);
  case VALUE:
    return count_numbers(field, &counts->values);
  case LABEL:
    counts->labels++;
    return field->type == WIRE_BYTES;
  default:
    return true;
  }
}

static bool sample_count(const struct field *message, struct counts *ret) {
  struct field_cursor cursor = {.at = message->data, .end = message->data + message->n};
  struct field field;
  *ret = (struct counts){0};
  while (field_next(&cursor, &field))
    if (!count_field(&field, ret))
      return false;
  return cursor.at == cursor.end;
}

/* A sample's arrays, and how far they are filled. */
struct filling {
  struct decoder *decoder;
  uint32_t *locations;
  int64_t *values;
  struct profile_label *labels;
};

/* Takes the numbers of a field, packed or not; false if it holds no number. A packed field has as
 * many numbers as it has bytes without a top bit, which were counted. */
static inline bool fill_numbers(struct filling *filling, const struct field *field,
                                void (*add)(struct filling *, uint64_t)) {
  uint64_t number;
  if (field->type == WIRE_VARINT)
    add(filling, field->value);
  else
    for (const uint8_t *at = field->data, *end = at + field->n; at < end;) {
      if (!(at = varint_read(at, end, &number)))
        return false;
      add(filling, number);
    }
  return true;
}

static inline void add_location(struct filling *filling, uint64_t id) {
  *filling->locations++ = decoder_place(filling->decoder, &filling->decoder->locations, id);
}

static inline void add_value(struct filling *filling, uint64_t value) {
  *filling->values++ = (int64_t)value;
}

/* If a field comes twice, the last one counts. */
static bool fill_label(struct filling *filling, const struct field *message) {
  struct field_cursor cursor = {.at = message->data, .end = message->data + message->n};
  struct field field;
  int64_t numbers[NUM_UNIT + 1] = {0};
  while (field_next(&cursor, &field)) {
    if (field.number > NUM_UNIT)
      continue;
    if (field.type != WIRE_VARINT)
      return false;
    numbers[field.number] = (int64_t)field.value;
  }
  *filling->labels++ = (struct profile_label){
      .key = decoder_string(filling->decoder, numbers[KEY]),
      .str = decoder_string(filling->decoder, numbers[STR]),
      .num = numbers[STR] ? 0 : numbers[NUM],
      .unit = decoder_string(filling->decoder, numbers[NUM_UNIT]),
  };
  return cursor.at == cursor.end;
}

static bool fill_field(struct filling *filling, const struct field *field) {
  switch (field->number) {
  case LOCATION_ID:
    return fill_numbers(filling, field, add_location);
  case VALUE:
    return fill_numbers(filling, field, add_value);
  case LABEL:
    return fill_label(filling, field);
  default:
    return true;
  }
}

static void sample_fill(struct decoder *decoder, const struct profile_sample *sample,
                        const struct field *message) {
  struct filling filling = {.decoder = decoder,
                            .locations = sample->locations,
                            .values = sample->values,
                            .labels = sample->labels};
  struct field_cursor cursor = {.at = message->data, .end = message->data + message->n};
  struct field field;
  while (field_next(&cursor, &field) && !decoder->err)
    if (!fill_field(&filling, &field))
      decoder_cannot_unpack(decoder);
}

/* All of a sample's arrays are one piece of memory, in which none needs to be padded. */
static bool allocate(struct decoder *decoder, const struct counts *counts,
                     struct profile_sample *ret) {
  size_t values = counts->values * sizeof(*ret->values),
         labels = counts->labels * sizeof(*ret->labels),
         locations = counts->locations * sizeof(*ret->locations);
  char *memory = decoder_array(decoder, 1, values + labels + locations);
  if (!memory)
    return false;
  *ret = (struct profile_sample){
      .n_locations = (uint32_t)counts->locations,
      .n_labels = (uint32_t)counts->labels,
      .values = (int64_t *)memory,
      .labels = (struct profile_label *)(memory + values),
      .locations = (uint32_t *)(memory + values + labels),
  };
  return true;
}

void decode_sample(struct decoder *decoder, const struct field *message) {
  struct profile_sample sample;
  struct counts counts = {0};
  struct error *err = NULL;
  size_t n_types = decoder->profile->n_sample_types;
  if (!sample_count(message, &counts))
    decoder_cannot_unpack(decoder);
  else if (counts.values != n_types)
    DECODER_FAULT(decoder, "%zu values, not one for each of the %zu sample types", counts.values,
                  n_types);
  else if ((err = work_check(WORK_LABELS, counts.labels, 0)))
    decoder_set_error(decoder, error_prefix(err, "sample %zu", decoder->index));
  else if (allocate(decoder, &counts, &sample))
    sample_fill(decoder, &sample, message);
  if (!decoder->err)
    decoder_set_error(decoder, profile_add_sample(decoder->profile, &sample));
}
