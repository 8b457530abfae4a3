/* The file is written in parts: a protobuf message may be cut into several encoded ones, each with
 * some of the fields, whose concatenation means their union. So no second copy of the profile is
 * needed: every sample, location, ... is encoded as a Profile that holds nothing else, straight
 * into deflate. */
#include "pprof/encode.h"

#include "base/cleanup.h"
#include "base/vector.h"
#include "model/hash_index.h"
#include "model/moments_text.h"
#include "pprof/gzip.h"
#include "profile.pb-c.h"

#include <string.h>

typedef Perftools__Profiles__Profile Message;

struct encoder {
  struct gzip_writer gzip;
  /* The string table so far. Equal strings of a profile are equal pointers, so pointers are the
   * keys; a string from elsewhere merely costs a second entry. */
  VECTOR(const char *) strings;
  struct hash_index by_pointer;
  /* Arrays for the message at hand, reused. */
  VECTOR(uint8_t) packed;
  VECTOR(uint64_t) ids;
  VECTOR(Perftools__Profiles__Label) labels;
  VECTOR(Perftools__Profiles__Label *) label_pointers;
  VECTOR(Perftools__Profiles__Line) lines;
  VECTOR(Perftools__Profiles__Line *) line_pointers;
  bool failed; /* out of memory */
};

/* Packed at once: protobuf-c's buffers are called for every few bytes. */
static void encoder_put(struct encoder *encoder, const Message *part) {
  size_t n = perftools__profiles__profile__get_packed_size(part);
  if (!VECTOR_RESERVE(&encoder->packed, n)) {
    encoder->failed = true;
    return;
  }
  perftools__profiles__profile__pack(part, encoder->packed.data);
  gzip_writer_append(&encoder->gzip, encoder->packed.data, n);
}

static bool same_pointer(const void *context, uint32_t index, const void *key) {
  const struct encoder *encoder = context;
  return encoder->strings.data[index] == key;
}

/* The string's index in the string table. */
static int64_t string(struct encoder *encoder, const char *s) {
  if (!*s)
    return 0;
  uint64_t hash = (uintptr_t)s * UINT64_C(0x9e3779b97f4a7c15);
  uint32_t index = hash_index_find(&encoder->by_pointer, hash, same_pointer, encoder, s);
  if (index != HASH_INDEX_NONE)
    return index;
  index = (uint32_t)encoder->strings.count;
  if (index == HASH_INDEX_NONE || !VECTOR_PUSH(&encoder->strings, s) ||
      !hash_index_add(&encoder->by_pointer, hash, index))
    encoder->failed = true;
  return index;
}

static Perftools__Profiles__ValueType value_type(struct encoder *encoder,
                                                 const struct profile_value_type *type) {
  Perftools__Profiles__ValueType message = PERFTOOLS__PROFILES__VALUE_TYPE__INIT;
  message.type = string(encoder, type->type);
  message.unit = string(encoder, type->unit);
  return message;
}

static void put_header(struct encoder *encoder, const struct profile *profile) {
  for (size_t i = 0; i < profile->n_sample_types; i++) {
    Perftools__Profiles__ValueType type = value_type(encoder, &profile->sample_types[i]);
    Message part = PERFTOOLS__PROFILES__PROFILE__INIT;
    part.n_sample_type = 1;
    part.sample_type = (Perftools__Profiles__ValueType *[]){&type};
    encoder_put(encoder, &part);
  }
  Message part = PERFTOOLS__PROFILES__PROFILE__INIT;
  Perftools__Profiles__ValueType period_type = value_type(encoder, &profile->period_type);
  part.period_type = &period_type;
  part.period = profile->period;
  part.drop_frames = string(encoder, profile->drop_frames);
  part.keep_frames = string(encoder, profile->keep_frames);
  part.time_nanos = profile->time_nanos;
  part.duration_nanos = profile->duration_nanos;
  part.default_sample_type = string(encoder, profile->default_sample_type);
  encoder_put(encoder, &part);
}

/* Moments name samples by their places in the file. */
static void put_comments(struct encoder *encoder, const struct profile *profile) {
  bool moments = moments_fit(profile);
  for (size_t i = 0; i < profile->n_comments; i++) {
    if (!moments && moments_is_comment(profile->comments[i]))
      continue;
    int64_t comment = string(encoder, profile->comments[i]);
    Message part = PERFTOOLS__PROFILES__PROFILE__INIT;
    part.n_comment = 1;
    part.comment = &comment;
    encoder_put(encoder, &part);
  }
}

static bool fill_labels(struct encoder *encoder, const struct profile_sample *sample) {
  if (!VECTOR_RESERVE(&encoder->labels, sample->n_labels) ||
      !VECTOR_RESERVE(&encoder->label_pointers, sample->n_labels))
    return false;
  for (uint32_t i = 0; i < sample->n_labels; i++) {
    const struct profile_label *label = &sample->labels[i];
    Perftools__Profiles__Label *message = &encoder->labels.data[i];
    perftools__profiles__label__init(message);
    message->key = string(encoder, label->key);
    message->str = string(encoder, label->str);
    message->num = label->num;
    message->num_unit = string(encoder, label->unit);
    encoder->label_pointers.data[i] = message;
  }
  return true;
}

static void put_sample(struct encoder *encoder, const struct profile *profile,
                       const struct profile_sample *sample) {
  if (!VECTOR_RESERVE(&encoder->ids, sample->n_locations) || !fill_labels(encoder, sample)) {
    encoder->failed = true;
    return;
  }
  for (uint32_t i = 0; i < sample->n_locations; i++)
    encoder->ids.data[i] = (uint64_t)sample->locations[i] + 1;
  Perftools__Profiles__Sample message = PERFTOOLS__PROFILES__SAMPLE__INIT;
  message.n_location_id = sample->n_locations;
  message.location_id = encoder->ids.data;
  message.n_value = profile->n_sample_types;
  /* Other tools take values for unbiased estimates: before calibration. */
  message.value = (int64_t *)(sample->raw ? sample->raw : sample->values);
  message.n_label = sample->n_labels;
  message.label = encoder->label_pointers.data;
  Message part = PERFTOOLS__PROFILES__PROFILE__INIT;
  part.n_sample = 1;
  part.sample = (Perftools__Profiles__Sample *[]){&message};
  encoder_put(encoder, &part);
}

static void put_mapping(struct encoder *encoder, const struct profile_mapping *mapping,
                        uint64_t id) {
  Perftools__Profiles__Mapping message = PERFTOOLS__PROFILES__MAPPING__INIT;
  message.id = id;
  message.memory_start = mapping->start;
  message.memory_limit = mapping->limit;
  message.file_offset = mapping->offset;
  message.filename = string(encoder, mapping->file);
  message.build_id = string(encoder, mapping->build_id);
  message.has_functions = mapping->has_functions;
  message.has_filenames = mapping->has_filenames;
  message.has_line_numbers = mapping->has_line_numbers;
  message.has_inline_frames = mapping->has_inline_frames;
  Message part = PERFTOOLS__PROFILES__PROFILE__INIT;
  part.n_mapping = 1;
  part.mapping = (Perftools__Profiles__Mapping *[]){&message};
  encoder_put(encoder, &part);
}

static void put_location(struct encoder *encoder, const struct profile_location *location,
                         uint64_t id) {
  if (!VECTOR_RESERVE(&encoder->lines, location->n_lines) ||
      !VECTOR_RESERVE(&encoder->line_pointers, location->n_lines)) {
    encoder->failed = true;
    return;
  }
  for (uint32_t i = 0; i < location->n_lines; i++) {
    Perftools__Profiles__Line *line = &encoder->lines.data[i];
    perftools__profiles__line__init(line);
    line->function_id = (uint64_t)location->lines[i].function + 1;
    line->line = location->lines[i].line;
    encoder->line_pointers.data[i] = line;
  }
  Perftools__Profiles__Location message = PERFTOOLS__PROFILES__LOCATION__INIT;
  message.id = id;
  message.mapping_id = location->mapping == PROFILE_NONE ? 0 : (uint64_t)location->mapping + 1;
  message.address = location->address;
  message.n_line = location->n_lines;
  message.line = encoder->line_pointers.data;
  message.is_folded = location->is_folded;
  Message part = PERFTOOLS__PROFILES__PROFILE__INIT;
  part.n_location = 1;
  part.location = (Perftools__Profiles__Location *[]){&message};
  encoder_put(encoder, &part);
}

static void put_function(struct encoder *encoder, const struct profile_function *function,
                         uint64_t id) {
  Perftools__Profiles__Function message = PERFTOOLS__PROFILES__FUNCTION__INIT;
  message.id = id;
  message.name = string(encoder, function->name);
  message.system_name = string(encoder, function->system_name);
  message.filename = string(encoder, function->file);
  message.start_line = function->start_line;
  Message part = PERFTOOLS__PROFILES__PROFILE__INIT;
  part.n_function = 1;
  part.function = (Perftools__Profiles__Function *[]){&message};
  encoder_put(encoder, &part);
}

static void put_strings(struct encoder *encoder) {
  for (size_t i = 0; i < encoder->strings.count; i++) {
    Message part = PERFTOOLS__PROFILES__PROFILE__INIT;
    part.n_string_table = 1;
    part.string_table = (char **)&encoder->strings.data[i];
    encoder_put(encoder, &part);
  }
}

static void put_profile(struct encoder *encoder, const struct profile *profile) {
  put_header(encoder, profile);
  for (size_t i = 0; i < profile->n_samples; i++)
    put_sample(encoder, profile, &profile->samples[i]);
  for (size_t i = 0; i < profile->n_mappings; i++)
    put_mapping(encoder, &profile->mappings[i], i + 1);
  for (size_t i = 0; i < profile->n_locations; i++)
    put_location(encoder, &profile->locations[i], i + 1);
  for (size_t i = 0; i < profile->n_functions; i++)
    put_function(encoder, &profile->functions[i], i + 1);
  put_comments(encoder, profile);
  put_strings(encoder);
}

static void encoder_deinit(struct encoder *encoder) {
  VECTOR_DEINIT(&encoder->strings);
  VECTOR_DEINIT(&encoder->packed);
  VECTOR_DEINIT(&encoder->ids);
  VECTOR_DEINIT(&encoder->labels);
  VECTOR_DEINIT(&encoder->label_pointers);
  VECTOR_DEINIT(&encoder->lines);
  VECTOR_DEINIT(&encoder->line_pointers);
  hash_index_deinit(&encoder->by_pointer);
  gzip_writer_deinit(&encoder->gzip);
}

struct error *pprof_encode(const struct profile *profile, void **ret, size_t *ret_size) {
  struct encoder encoder = {0};
  gzip_writer_init(&encoder.gzip);
  /* string_table[0] has to be "". */
  encoder.failed = !VECTOR_PUSH(&encoder.strings, "");
  if (!encoder.failed)
    put_profile(&encoder, profile);
  struct error *err = gzip_writer_finish(&encoder.gzip);
  if (!err && encoder.failed)
    err = &error_no_memory;
  if (!err) {
    *ret_size = encoder.gzip.out.length;
    *ret = strbuf_steal(&encoder.gzip.out);
  }
  encoder_deinit(&encoder);
  return err;
}
