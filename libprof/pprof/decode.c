/* protobuf-c unpacks the whole file into messages of its own; one pass over those checks every
 * index and id and fills the profile. The first fault sticks in decoder->err and ends the pass at
 * the next loop's turn: until then indices fall back to 0 or "", never out of range. */
#include "pprof/decode.h"

#include "base/cleanup.h"
#include "pprof/format.h"
#include "pprof/gzip.h"
#include "pprof/id_map.h"
#include "profile.pb-c.h"

#include <string.h>

typedef Perftools__Profiles__Profile Message;

/* Memory for protobuf-c, which turns two hostile bytes into 150: an arena with an end. */
struct bounded_arena {
  struct arena arena;
  size_t left;
};

enum { BYTES_PER_BYTE = 64, FREE_BYTES = 64 << 20 };
#define MAX_MESSAGE_MEMORY ((size_t)4 << 30)

static void *bounded_alloc(void *data, size_t size) {
  struct bounded_arena *memory = data;
  if (size > memory->left)
    return NULL;
  memory->left -= size;
  return arena_alloc(&memory->arena, size);
}

/* All goes at once with the arena. */
static void bounded_free(void *data, void *p) {
  (void)data;
  (void)p;
}

struct decoder {
  const Message *message;
  const char **strings; /* interned: message->n_string_table of them */
  struct profile *profile;
  struct id_map mappings, functions, locations;
  /* The thing at hand, for messages. */
  const char *what;
  size_t index;
  struct error *err;
};

static void set_error(struct decoder *decoder, struct error *err) {
  if (decoder->err)
    error_destroy(err);
  else
    decoder->err = err;
}

#define FAULT(decoder, format, ...)                                                                \
  set_error(decoder, error_create(ERROR_BAD_INPUT, "damaged profile: %s %zu: " format,             \
                                  (decoder)->what, (decoder)->index, __VA_ARGS__))

static const char *string(struct decoder *decoder, int64_t index) {
  if (index >= 0 && (uint64_t)index < decoder->message->n_string_table)
    return decoder->strings[index];
  FAULT(decoder, "string %lld is not in the table of %zu", (long long)index,
        decoder->message->n_string_table);
  return decoder->strings[0];
}

static uint32_t place(struct decoder *decoder, const struct id_map *map, uint64_t id) {
  uint32_t index = id_map_find(map, id);
  if (index != ID_MAP_NONE)
    return index;
  FAULT(decoder, "%s id %llu does not exist", map->what, (unsigned long long)id);
  return 0;
}

static void *array(struct decoder *decoder, size_t n, size_t size) {
  void *p = profile_array(decoder->profile, n, size);
  if (!p)
    set_error(decoder, &error_no_memory);
  return p;
}

/* for each of n things called `name`, until a fault. */
#define FOR_EACH(decoder, n, name)                                                                 \
  for ((decoder)->what = (name), (decoder)->index = 0; (decoder)->index < (n) && !(decoder)->err;  \
       (decoder)->index++)

static void read_strings(struct decoder *decoder) {
  const Message *message = decoder->message;
  if (message->n_string_table == 0 || *message->string_table[0]) {
    set_error(decoder,
              error_create(ERROR_BAD_INPUT,
                           "not a pprof profile: its string table does not begin with \"\""));
    return;
  }
  decoder->strings = array(decoder, message->n_string_table, sizeof(*decoder->strings));
  FOR_EACH(decoder, message->n_string_table, "string") {
    const char *s = profile_string(decoder->profile, message->string_table[decoder->index]);
    if (!s)
      set_error(decoder, &error_no_memory);
    decoder->strings[decoder->index] = s;
  }
}

static struct profile_value_type value_type(struct decoder *decoder,
                                            const Perftools__Profiles__ValueType *message) {
  return (struct profile_value_type){.type = string(decoder, message ? message->type : 0),
                                     .unit = string(decoder, message ? message->unit : 0)};
}

static void read_sample_types(struct decoder *decoder) {
  const Message *message = decoder->message;
  if (message->n_sample_type == 0) {
    set_error(decoder, error_create(ERROR_BAD_INPUT, "the profile has no sample types: it measures "
                                                     "nothing, or is not a pprof profile"));
    return;
  }
  struct profile_value_type *types = array(decoder, message->n_sample_type, sizeof(*types));
  FOR_EACH(decoder, message->n_sample_type, "sample type") {
    types[decoder->index] = value_type(decoder, message->sample_type[decoder->index]);
  }
  if (!decoder->err)
    set_error(decoder, profile_set_sample_types(decoder->profile, types, message->n_sample_type));
}

static void read_header(struct decoder *decoder) {
  const Message *message = decoder->message;
  struct profile *profile = decoder->profile;
  decoder->what = "header";
  decoder->index = 0;
  profile->default_sample_type = string(decoder, message->default_sample_type);
  profile->drop_frames = string(decoder, message->drop_frames);
  profile->keep_frames = string(decoder, message->keep_frames);
  profile->period_type = value_type(decoder, message->period_type);
  profile->period = message->period;
  profile->time_nanos = message->time_nanos;
  profile->duration_nanos = message->duration_nanos;
  FOR_EACH(decoder, message->n_comment, "comment") {
    const char *comment = string(decoder, message->comment[decoder->index]);
    set_error(decoder, profile_add_comment(profile, comment));
  }
}

static void read_mappings(struct decoder *decoder) {
  FOR_EACH(decoder, decoder->message->n_mapping, "mapping") {
    const Perftools__Profiles__Mapping *message = decoder->message->mapping[decoder->index];
    struct profile_mapping mapping = {
        .start = message->memory_start,
        .limit = message->memory_limit,
        .offset = message->file_offset,
        .file = string(decoder, message->filename),
        .build_id = string(decoder, message->build_id),
        .has_functions = message->has_functions,
        .has_filenames = message->has_filenames,
        .has_line_numbers = message->has_line_numbers,
        .has_inline_frames = message->has_inline_frames,
    };
    set_error(decoder, id_map_add(&decoder->mappings, message->id));
    set_error(decoder, profile_add_mapping(decoder->profile, &mapping, NULL));
  }
}

static void read_functions(struct decoder *decoder) {
  FOR_EACH(decoder, decoder->message->n_function, "function") {
    const Perftools__Profiles__Function *message = decoder->message->function[decoder->index];
    struct profile_function function = {
        .name = string(decoder, message->name),
        .system_name = string(decoder, message->system_name),
        .file = string(decoder, message->filename),
        .start_line = message->start_line,
    };
    set_error(decoder, id_map_add(&decoder->functions, message->id));
    set_error(decoder, profile_add_function(decoder->profile, &function, NULL));
  }
}

/* Lines of no function (id 0), which some writers leave, say nothing and are dropped. */
static uint32_t read_lines(struct decoder *decoder, const Perftools__Profiles__Location *message,
                           struct profile_line *lines) {
  uint32_t n = 0;
  for (size_t i = 0; i < message->n_line && lines; i++) {
    uint64_t id = message->line[i]->function_id;
    if (id)
      lines[n++] = (struct profile_line){.function = place(decoder, &decoder->functions, id),
                                         .line = message->line[i]->line};
  }
  return n;
}

static void read_locations(struct decoder *decoder) {
  FOR_EACH(decoder, decoder->message->n_location, "location") {
    const Perftools__Profiles__Location *message = decoder->message->location[decoder->index];
    struct profile_line *lines = array(decoder, message->n_line, sizeof(*lines));
    uint64_t mapping = message->mapping_id;
    struct profile_location location = {
        .mapping = mapping ? place(decoder, &decoder->mappings, mapping) : PROFILE_NONE,
        .address = message->address,
        .lines = lines,
        .n_lines = read_lines(decoder, message, lines),
        .is_folded = message->is_folded,
    };
    set_error(decoder, id_map_add(&decoder->locations, message->id));
    set_error(decoder, profile_add_location(decoder->profile, &location, NULL));
  }
}

static struct profile_label *read_labels(struct decoder *decoder,
                                         const Perftools__Profiles__Sample *message) {
  struct profile_label *labels = array(decoder, message->n_label, sizeof(*labels));
  for (size_t i = 0; i < message->n_label && labels; i++) {
    const Perftools__Profiles__Label *label = message->label[i];
    labels[i] = (struct profile_label){
        .key = string(decoder, label->key),
        .str = string(decoder, label->str),
        .num = label->str ? 0 : label->num,
        .unit = string(decoder, label->num_unit),
    };
  }
  return labels;
}

static void read_samples(struct decoder *decoder) {
  size_t n_values = decoder->profile->n_sample_types;
  FOR_EACH(decoder, decoder->message->n_sample, "sample") {
    const Perftools__Profiles__Sample *message = decoder->message->sample[decoder->index];
    struct profile_sample sample = {
        .n_locations = (uint32_t)message->n_location_id,
        .n_labels = (uint32_t)message->n_label,
        .locations = array(decoder, message->n_location_id, sizeof(*sample.locations)),
        .values = array(decoder, n_values, sizeof(*sample.values)),
        .labels = read_labels(decoder, message),
    };
    if (message->n_value != n_values)
      FAULT(decoder, "%zu values, not one for each of the %zu sample types", message->n_value,
            n_values);
    if (decoder->err)
      return;
    memcpy(sample.values, message->value, n_values * sizeof(*sample.values));
    for (size_t i = 0; i < message->n_location_id; i++)
      sample.locations[i] = place(decoder, &decoder->locations, message->location_id[i]);
    set_error(decoder, profile_add_sample(decoder->profile, &sample));
  }
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

static struct error *read_message(const Message *message, struct profile **ret) {
  _cleanup_profile_ struct profile *profile = NULL;
  struct error *err = profile_create(&profile);
  if (err)
    return err;
  struct decoder decoder = {
      .message = message,
      .profile = profile,
      .mappings.what = "mapping",
      .functions.what = "function",
      .locations.what = "location",
  };
  void (*const steps[])(struct decoder *) = {read_strings,  read_sample_types, read_header,
                                             read_mappings, read_functions,    read_locations,
                                             read_samples};
  for (size_t i = 0; i < sizeof(steps) / sizeof(*steps) && !decoder.err; i++)
    steps[i](&decoder);
  id_map_deinit(&decoder.mappings);
  id_map_deinit(&decoder.functions);
  id_map_deinit(&decoder.locations);
  if (decoder.err)
    return decoder.err;
  profile->default_rate = default_rate(profile);
  *ret = profile;
  profile = NULL;
  return NULL;
}

static struct error *decode_protobuf(const void *bytes, size_t n, struct profile **ret) {
  size_t limit = n * BYTES_PER_BYTE + FREE_BYTES;
  struct bounded_arena memory = {.left = limit < MAX_MESSAGE_MEMORY ? limit : MAX_MESSAGE_MEMORY};
  ProtobufCAllocator allocator = {
      .alloc = bounded_alloc, .free = bounded_free, .allocator_data = &memory};
  Message *message = perftools__profiles__profile__unpack(&allocator, n, bytes);
  struct error *err =
      message
          ? read_message(message, ret)
          : error_create(ERROR_BAD_INPUT,
                         "not a pprof profile, or a damaged one: its %zu bytes do not decode as "
                         "profile.proto",
                         n);
  arena_deinit(&memory.arena);
  return err;
}

static struct error *decode(const void *bytes, size_t n, struct profile **ret) {
  struct error *err = pprof_check_start(bytes, n);
  if (err || !gzip_is(bytes, n))
    return err ? err : decode_protobuf(bytes, n, ret);
  _cleanup_strbuf_ struct strbuf raw = STRBUF_INIT;
  err = gzip_inflate(bytes, n, &raw);
  if (err)
    return err;
  if (gzip_is(raw.data, raw.length))
    return error_create(ERROR_BAD_INPUT, "compressed twice: decompress it once with gunzip");
  err = pprof_check_start(raw.data, raw.length);
  return err ? err : decode_protobuf(raw.data, raw.length, ret);
}

struct error *pprof_decode(const void *bytes, size_t n, const char *name, struct profile **ret) {
  struct error *err = decode(bytes, n, ret);
  return err ? error_prefix(err, "%s", name) : NULL;
}
