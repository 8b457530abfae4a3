/* The file's fields are walked over once to see where each kind of thing lies, then once for each
 * kind, in the order in which things refer to each other: strings, header, mappings, functions,
 * locations, samples. Each message is unpacked by protobuf-c into scratch memory, checked, and
 * added to the profile; but samples, which are nearly all, are read by decode_sample.c. The first
 * fault sticks in decoder->err and ends the walk at its next step. */
#include "pprof/decode.h"

#include "base/cleanup.h"
#include "base/work.h"
#include "model/stack_work.h"
#include "pprof/decode_sample.h"
#include "pprof/decoder.h"
#include "pprof/format.h"
#include "pprof/gzip.h"
#include "profile.pb-c.h"

#include <string.h>

/* Numbers of Profile's fields, see proto/profile.proto. */
enum { SAMPLE = 2, MAPPING = 3, LOCATION = 4, FUNCTION = 5, STRING = 6, LAST_FIELD = 14 };

/* Hands all fields of one number to `read`, until a fault. */
static void for_each(struct decoder *decoder, uint32_t number, const char *what,
                     void (*read)(struct decoder *, const struct field *)) {
  struct field_cursor cursor = decoder->stretches[number];
  struct field field;
  decoder->what = what;
  decoder->index = 0;
  while (!decoder->err && field_next(&cursor, &field)) {
    if (field.number != number)
      continue;
    if (field.type == WIRE_BYTES)
      read(decoder, &field);
    else
      DECODER_FAULT(decoder, "%s", "a number where a message should be");
    (void)decoder_affords(decoder, 0);
    decoder->index++;
  }
}

/* message = UNPACK(decoder, field, sample): NULL is a fault. Valid until the next one. */
#define UNPACK(decoder, field, name)                                                               \
  (scratch_reset(&(decoder)->scratch),                                                             \
   perftools__profiles__##name##__unpack(&(decoder)->scratch.allocator, (field)->n,                \
                                         (field)->data))

static void read_string(struct decoder *decoder, const struct field *field) {
  const char *s = profile_string_n(decoder->profile, (const char *)field->data, field->n);
  if (!s || !VECTOR_PUSH(&decoder->strings, s))
    decoder_set_error(decoder, &error_no_memory);
}

static void read_strings(struct decoder *decoder) {
  for_each(decoder, STRING, "string", read_string);
  if (!decoder->err && (decoder->strings.count == 0 || *decoder->strings.data[0]))
    decoder_set_error(
        decoder, error_create(ERROR_BAD_INPUT,
                              "not a pprof profile: its string table does not begin with \"\""));
}

static struct profile_value_type value_type(struct decoder *decoder,
                                            const Perftools__Profiles__ValueType *message) {
  return (struct profile_value_type){.type = decoder_string(decoder, message ? message->type : 0),
                                     .unit = decoder_string(decoder, message ? message->unit : 0)};
}

static void read_sample_types(struct decoder *decoder,
                              const Perftools__Profiles__Profile *message) {
  struct error *err = work_check(WORK_TYPES, message->n_sample_type, 0);
  if (err) {
    decoder_set_error(decoder, err);
    return;
  }
  if (message->n_sample_type == 0) {
    decoder_set_error(decoder,
                      error_create(ERROR_BAD_INPUT, "the profile has no sample types: it measures "
                                                    "nothing, or is not a pprof profile"));
    return;
  }
  struct profile_value_type *types = decoder_array(decoder, message->n_sample_type, sizeof(*types));
  decoder->what = "sample type";
  for (size_t i = 0; i < message->n_sample_type && types; i++) {
    decoder->index = i;
    types[i] = value_type(decoder, message->sample_type[i]);
  }
  if (!decoder->err)
    decoder_set_error(decoder,
                      profile_set_sample_types(decoder->profile, types, message->n_sample_type));
}

static void read_comments(struct decoder *decoder, const Perftools__Profiles__Profile *message) {
  decoder->what = "comment";
  for (size_t i = 0; i < message->n_comment && !decoder->err; i++) {
    decoder->index = i;
    decoder_set_error(decoder, profile_add_comment(decoder->profile,
                                                   decoder_string(decoder, message->comment[i])));
  }
}

static void read_header_message(struct decoder *decoder,
                                const Perftools__Profiles__Profile *message) {
  struct profile *profile = decoder->profile;
  profile->default_sample_type = decoder_string(decoder, message->default_sample_type);
  profile->drop_frames = decoder_string(decoder, message->drop_frames);
  profile->keep_frames = decoder_string(decoder, message->keep_frames);
  profile->period_type = value_type(decoder, message->period_type);
  profile->period = message->period;
  profile->time_nanos = message->time_nanos;
  profile->duration_nanos = message->duration_nanos;
  read_sample_types(decoder, message);
  read_comments(decoder, message);
}

/* The fields of Profile itself are copied into a message without the lists of things. Fields that
 * no profile.proto has are passed over. */
static struct error *find_fields(struct decoder *decoder) {
  struct field_cursor cursor = {.at = decoder->bytes, .end = decoder->bytes + decoder->n};
  struct field field;
  while (field_next(&cursor, &field))
    if (field.number > LAST_FIELD)
      continue;
    else if (field.number < SAMPLE || field.number > STRING)
      strbuf_append_n(&decoder->header, field.begin, (size_t)(cursor.at - field.begin));
    else {
      struct field_cursor *stretch = &decoder->stretches[field.number];
      stretch->at = stretch->at ? stretch->at : field.begin;
      stretch->end = cursor.at;
    }
  return fields_check(&cursor, decoder->bytes);
}

static void read_header(struct decoder *decoder) {
  decoder->what = "header";
  decoder->index = 0;
  struct field whole = {.data = (const uint8_t *)decoder->header.data, .n = decoder->header.length};
  const Perftools__Profiles__Profile *message = UNPACK(decoder, &whole, profile);
  if (strbuf_failed(&decoder->header))
    decoder_set_error(decoder, &error_no_memory);
  else if (!message)
    decoder_cannot_unpack(decoder);
  else
    read_header_message(decoder, message);
}

static void read_mapping(struct decoder *decoder, const struct field *field) {
  const Perftools__Profiles__Mapping *message = UNPACK(decoder, field, mapping);
  if (!message) {
    decoder_cannot_unpack(decoder);
    return;
  }
  struct profile_mapping mapping = {
      .start = message->memory_start,
      .limit = message->memory_limit,
      .offset = message->file_offset,
      .file = decoder_string(decoder, message->filename),
      .build_id = decoder_string(decoder, message->build_id),
      .has_functions = message->has_functions,
      .has_filenames = message->has_filenames,
      .has_line_numbers = message->has_line_numbers,
      .has_inline_frames = message->has_inline_frames,
  };
  decoder_set_error(decoder, id_map_add(&decoder->mappings, message->id));
  decoder_set_error(decoder, profile_add_mapping(decoder->profile, &mapping, NULL));
}

static void read_function(struct decoder *decoder, const struct field *field) {
  const Perftools__Profiles__Function *message = UNPACK(decoder, field, function);
  if (!message) {
    decoder_cannot_unpack(decoder);
    return;
  }
  struct profile_function function = {
      .name = decoder_string(decoder, message->name),
      .system_name = decoder_string(decoder, message->system_name),
      .file = decoder_string(decoder, message->filename),
      .start_line = message->start_line,
  };
  decoder_set_error(decoder, id_map_add(&decoder->functions, message->id));
  decoder_set_error(decoder, profile_add_function(decoder->profile, &function, NULL));
}

/* Lines of no function (id 0), which some writers leave, say nothing and are dropped. */
static uint32_t read_lines(struct decoder *decoder, const Perftools__Profiles__Location *message,
                           struct profile_line *lines) {
  uint32_t n = 0;
  for (size_t i = 0; i < message->n_line && lines; i++) {
    uint64_t id = message->line[i]->function_id;
    if (id)
      lines[n++] =
          (struct profile_line){.function = decoder_place(decoder, &decoder->functions, id),
                                .line = message->line[i]->line};
  }
  return n;
}

static void read_location(struct decoder *decoder, const struct field *field) {
  const Perftools__Profiles__Location *message = UNPACK(decoder, field, location);
  if (!message) {
    decoder_cannot_unpack(decoder);
    return;
  }
  struct profile_line *lines = decoder_array(decoder, message->n_line, sizeof(*lines));
  uint64_t mapping = message->mapping_id;
  struct profile_location location = {
      .mapping = mapping ? decoder_place(decoder, &decoder->mappings, mapping) : PROFILE_NONE,
      .address = message->address,
      .lines = lines,
      .n_lines = read_lines(decoder, message, lines),
      .is_folded = message->is_folded,
  };
  decoder_set_error(decoder, id_map_add(&decoder->locations, message->id));
  decoder_set_error(decoder, profile_add_location(decoder->profile, &location, NULL));
}

static bool has_rate_label(const struct profile *profile) {
  for (size_t i = 0; i < profile->n_samples; i++)
    for (uint32_t j = 0; j < profile->samples[i].n_labels; j++)
      if (strcmp(profile->samples[i].labels[j].key, PROFILE_LABEL_RATE) == 0)
        return true;
  return false;
}

/* Go and tcmalloc sample as memprof does, but give the rate once, as the period. */
static int64_t default_rate(const struct profile *profile) {
  bool bytes = strcmp(profile->period_type.type, "space") == 0 &&
               strcmp(profile->period_type.unit, "bytes") == 0;
  return bytes && !has_rate_label(profile) ? profile->period : 0;
}

static void decode_all(struct decoder *decoder) {
  decoder->err = find_fields(decoder);
  if (!decoder->err)
    read_strings(decoder);
  if (!decoder->err)
    read_header(decoder);
  for_each(decoder, MAPPING, "mapping", read_mapping);
  for_each(decoder, FUNCTION, "function", read_function);
  for_each(decoder, LOCATION, "location", read_location);
  for_each(decoder, SAMPLE, "sample", decode_sample);
}

/* The profile begins with the memory of `spent`, if that is not NULL. */
static struct error *decode_protobuf(const void *bytes, size_t n, size_t file_size,
                                     struct strbuf *spent, struct profile **ret) {
  _cleanup_profile_ struct profile *profile = NULL;
  struct error *err = profile_create(&profile);
  if (err)
    return err;
  profile->file_size = file_size;
  if (spent) {
    size_t length = spent->length;
    profile_give_memory(profile, strbuf_steal(spent), length);
  }
  struct decoder decoder = {
      .bytes = bytes,
      .n = n,
      .profile = profile,
      .mappings.what = "mapping",
      .functions.what = "function",
      .locations.what = "location",
  };
  scratch_init(&decoder.scratch);
  decode_all(&decoder);
  scratch_deinit(&decoder.scratch);
  strbuf_deinit(&decoder.header);
  VECTOR_DEINIT(&decoder.strings);
  id_map_deinit(&decoder.mappings);
  id_map_deinit(&decoder.functions);
  id_map_deinit(&decoder.locations);
  if (!decoder.err)
    decoder.err = stack_work_check(profile);
  if (decoder.err)
    return decoder.err;
  profile->default_rate = default_rate(profile);
  *ret = profile;
  profile = NULL;
  return NULL;
}

/* `owner` is what holds the bytes, if it may be taken, or NULL. */
static struct error *decode_bytes(const void *bytes, size_t n, struct strbuf *owner,
                                  struct profile **ret) {
  struct error *err = pprof_check_start(bytes, n);
  if (err || !gzip_is(bytes, n))
    return err ? err : decode_protobuf(bytes, n, n, NULL, ret);
  _cleanup_strbuf_ struct strbuf raw = STRBUF_INIT;
  err = gzip_inflate(bytes, n, &raw);
  if (err)
    return err;
  if (gzip_is(raw.data, raw.length))
    return error_create(ERROR_BAD_INPUT, "compressed twice: decompress it once with gunzip");
  err = pprof_check_start(raw.data, raw.length);
  return err ? err : decode_protobuf(raw.data, raw.length, n, owner, ret);
}

struct error *pprof_decode(const void *bytes, size_t n, const char *name, struct profile **ret) {
  struct error *err = decode_bytes(bytes, n, NULL, ret);
  return err ? error_prefix(err, "%s", name) : NULL;
}

struct error *pprof_decode_buffer(struct strbuf *bytes, const char *name, struct profile **ret) {
  struct error *err = decode_bytes(bytes->data, bytes->length, bytes, ret);
  return err ? error_prefix(err, "%s", name) : NULL;
}
