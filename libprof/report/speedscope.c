/* speedscope's own format: https://www.speedscope.app/file-format-schema.json.
 *
 * One "sampled" profile a sample type over one shared table of frames; all share the order of
 * stacks. Weights are as in the profile: bytes, or plain numbers. */
#include "base/cleanup.h"
#include "report/frames.h"
#include "report/json.h"
#include "report/report.h"

#include <stdlib.h>
#include <string.h>

#ifndef MEMPROF_VERSION
#define MEMPROF_VERSION "unknown"
#endif

/* A frame for each line of each location; those of location l begin at first[l]. */
static size_t *number_frames(const struct profile *profile) {
  size_t *first = calloc(profile->n_locations + 1, sizeof(*first)), n = 0;
  for (size_t i = 0; first && i < profile->n_locations; i++) {
    first[i] = n;
    n += profile_n_frames(&profile->locations[i]);
  }
  return first;
}

static json_t *frame_json(const struct profile *profile, const struct profile_location *location,
                          uint32_t line_index) {
  struct arena arena = ARENA_INIT;
  const struct profile_function *function = profile_frame_function(profile, location, line_index);
  const struct profile_line *line = profile_frame_line(location, line_index);
  const char *name = profile_frame_name(profile, location, line_index, &arena);
  json_t *object = json_object();
  int failed = name ? json_object_set_new(object, "name", json_text(name)) : -1;
  arena_deinit(&arena);
  if (function && function->file[0])
    failed |= json_object_set_new(object, "file", json_text(function->file));
  if (line && line->line > 0)
    failed |= json_object_set_new(object, "line", json_integer(line->line));
  if (!failed)
    return object;
  json_decref(object);
  return NULL;
}

static int frames_json(const struct profile *profile, json_t *array) {
  int failed = 0;
  for (size_t i = 0; i < profile->n_locations; i++)
    for (uint32_t j = 0; j < profile_n_frames(&profile->locations[i]); j++)
      failed |= json_array_append_new(array, frame_json(profile, &profile->locations[i], j));
  return failed;
}

/* Frame indices of a sample, root first. */
static json_t *stack_json(const struct profile *profile, const struct profile_sample *sample,
                          const size_t *first) {
  json_t *array = json_array();
  int failed = 0;
  for (uint32_t i = sample->n_locations; i-- > 0;) {
    uint32_t location = sample->locations[i];
    for (uint32_t j = profile_n_frames(&profile->locations[location]); j-- > 0;)
      failed |= json_array_append_new(array, json_integer((json_int_t)(first[location] + j)));
  }
  if (!failed)
    return array;
  json_decref(array);
  return NULL;
}

static json_t *type_json(const struct profile *profile, int type, const size_t *first) {
  const struct profile_value_type *value_type = &profile->sample_types[type];
  json_t *object = json_object(), *samples = json_array(), *weights = json_array();
  json_int_t end = 0;
  int failed = 0;
  for (size_t i = 0; i < profile->n_samples; i++) {
    int64_t value = profile->samples[i].values[type];
    if (value <= 0) /* speedscope has no place for a negative weight */
      continue;
    failed |= json_array_append_new(samples, stack_json(profile, &profile->samples[i], first));
    failed |= json_array_append_new(weights, json_integer(value));
    end = end > INT64_MAX - value ? INT64_MAX : end + value;
  }
  bool bytes = strcmp(value_type->unit, "bytes") == 0;
  failed |= json_object_set_new(object, "type", json_string("sampled"));
  failed |= json_object_set_new(object, "name", json_text(value_type->type));
  failed |= json_object_set_new(object, "unit", json_string(bytes ? "bytes" : "none"));
  failed |= json_object_set_new(object, "startValue", json_integer(0));
  failed |= json_object_set_new(object, "endValue", json_integer(end));
  failed |= json_object_set_new(object, "samples", samples);
  failed |= json_object_set_new(object, "weights", weights);
  if (!failed)
    return object;
  json_decref(object);
  return NULL;
}

struct error *report_speedscope(const struct profile *profile, const struct report_options *options,
                                FILE *out) {
  _cleanup_free_ size_t *first = number_frames(profile);
  if (!first)
    return &error_no_memory;
  json_t *document = json_object(), *shared = json_object(), *frames = json_array();
  json_t *profiles = json_array();
  int failed = json_object_set_new(
      document, "$schema", json_string("https://www.speedscope.app/file-format-schema.json"));
  failed |= frames_json(profile, frames);
  failed |= json_object_set_new(shared, "frames", frames);
  failed |= json_object_set_new(document, "shared", shared);
  for (size_t type = 0; type < profile->n_sample_types; type++)
    failed |= json_array_append_new(profiles, type_json(profile, (int)type, first));
  failed |= json_object_set_new(document, "profiles", profiles);
  failed |= json_object_set_new(document, "name", json_text(options->profile_name));
  failed |= json_object_set_new(document, "activeProfileIndex", json_integer(options->type));
  failed |= json_object_set_new(document, "exporter", json_string("memprof@" MEMPROF_VERSION));
  return json_write(document, failed, out);
}
