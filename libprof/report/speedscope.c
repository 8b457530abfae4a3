/* speedscope's own format: https://www.speedscope.app/file-format-schema.json.
 *
 * One "sampled" profile a sample type over one shared table of frames. A frame is a function, not a
 * line or an address, and all profiles share an order of stacks in which equal callers are
 * neighbours: speedscope's first view shows samples in their order, and joins neighbours only.
 * Weights are as in the profile: bytes, or plain numbers. */
#include "base/cleanup.h"
#include "base/strbuf.h"
#include "report/frames.h"
#include "report/json.h"
#include "report/report.h"
#include "report/stacks.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#ifndef MEMPROF_VERSION
#define MEMPROF_VERSION "unknown"
#endif

/* Appends text that holds no separator of a key. */
static void append_plain(struct strbuf *sb, const char *text) {
  for (; *text; text++)
    strbuf_append_char(sb, *text == '\n' || *text == '\t' ? ' ' : *text);
}

/* "name <tab> file <tab> first line" */
static void append_key(struct strbuf *sb, const struct frame *frame) {
  append_plain(sb, frame->name);
  strbuf_append_char(sb, '\t');
  append_plain(sb, frame->file);
  strbuf_appendf(sb, "\t%" PRId64, frame->function ? frame->function->start_line : 0);
}

/* From a key's frame, which it cuts into its parts. */
static json_t *frame_json(char *key) {
  char *file = strchr(key, '\t'), *line = file ? strchr(file + 1, '\t') : NULL;
  json_t *object = json_object();
  if (!line) { /* no key of ours */
    json_decref(object);
    return NULL;
  }
  *file++ = *line++ = '\0';
  int failed = json_object_set_new(object, "name", json_text(key));
  if (*file)
    failed |= json_object_set_new(object, "file", json_text(file));
  if (*line != '0' && *line != '-')
    failed |= json_object_set_new(object, "line", json_integer(strtoll(line, NULL, 10)));
  if (!failed)
    return object;
  json_decref(object);
  return NULL;
}

struct frame_table {
  json_t *frames;  /* "frames" */
  json_t *indices; /* key -> index; its keys are repaired by json_text's rules */
};

/* New reference. */
static json_t *frame_index(struct frame_table *table, char *key) {
  json_t *index = json_object_get(table->indices, key);
  if (index)
    return json_incref(index);
  index = json_integer((json_int_t)json_array_size(table->frames));
  int failed = json_object_set_nocheck(table->indices, key, index);
  failed |= json_array_append_new(table->frames, frame_json(key));
  if (!failed)
    return index;
  json_decref(index);
  return NULL;
}

/* Frame indices, root first. */
static json_t *stack_json(struct frame_table *table, const char *key) {
  json_t *array = json_array();
  _cleanup_free_ char *copy = strdup(key);
  int failed = !copy;
  for (char *at = copy, *next; at && *at && !failed; at = next) {
    next = at + strcspn(at, "\n");
    if (*next)
      *next++ = '\0';
    failed |= json_array_append_new(array, frame_index(table, at));
  }
  if (!failed)
    return array;
  json_decref(array);
  return NULL;
}

static json_t *type_json(const struct profile_value_type *value_type, int type,
                         const struct stack_set *set, json_t *const *stacks) {
  json_t *object = json_object(), *samples = json_array(), *weights = json_array();
  json_int_t end = 0;
  int failed = 0;
  for (size_t i = 0; i < set->n_stacks; i++) {
    int64_t value = set->stacks[i].values[type];
    if (value <= 0) /* speedscope has no place for a negative weight */
      continue;
    failed |= json_array_append(samples, stacks[i]);
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

static int compare_stacks(const void *a, const void *b) {
  return strcmp(((const struct stack *)a)->key, ((const struct stack *)b)->key);
}

/* Adds the keys "shared" and "profiles". */
static int add_stacks(json_t *document, const struct profile *profile,
                      const struct stack_set *set) {
  struct frame_table table = {json_array(), json_object()};
  json_t *shared = json_object(), *profiles = json_array();
  json_t **stacks = calloc(set->n_stacks + 1, sizeof(json_t *));
  int failed = !stacks;
  for (size_t i = 0; stacks && i < set->n_stacks; i++)
    failed |= !(stacks[i] = stack_json(&table, set->stacks[i].key));
  failed |= json_object_set_new(shared, "frames", table.frames);
  failed |= json_object_set_new(document, "shared", shared);
  for (size_t type = 0; stacks && !failed && type < profile->n_sample_types; type++)
    failed |= json_array_append_new(
        profiles, type_json(&profile->sample_types[type], (int)type, set, stacks));
  failed |= json_object_set_new(document, "profiles", profiles);
  for (size_t i = 0; stacks && i < set->n_stacks; i++)
    json_decref(stacks[i]);
  free(stacks);
  json_decref(table.indices);
  return failed;
}

struct error *report_speedscope(const struct profile *profile, const struct report_options *options,
                                FILE *out) {
  _cleanup_stack_set_ struct stack_set set;
  struct error *err = stack_set_init(&set, profile, append_key);
  if (err)
    return err;
  if (set.n_stacks)
    qsort(set.stacks, set.n_stacks, sizeof(*set.stacks), compare_stacks);
  json_t *document = json_object();
  int failed = json_object_set_new(
      document, "$schema", json_string("https://www.speedscope.app/file-format-schema.json"));
  failed |= add_stacks(document, profile, &set);
  failed |= json_object_set_new(document, "name", json_text(options->profile_name));
  failed |= json_object_set_new(document, "activeProfileIndex", json_integer(options->type));
  failed |= json_object_set_new(document, "exporter", json_string("memprof@" MEMPROF_VERSION));
  return json_write(document, failed, out);
}
