/* DHAT's JSON, version 2, for valgrind's dh_view.html (fields: dhat/dh_main.c of valgrind,
 * "Output").
 *
 * A program point is a stack: its frames are indices into a table, innermost first, and no two
 * points may have the same. Total = alloc, at t-gmax = peak, at t-end = inuse. A profile knows the
 * lifetimes of freed blocks only. It does not know the time of the peak (written as the end) and a
 * point's own maximum (written as the larger of peak and end). The viewer shows "mode", which says
 * so. */
#include "model/sample_types.h"
#include "report/frames.h"
#include "report/json.h"
#include "report/report.h"
#include "report/stacks.h"
#include "report/text.h"

#include <stdlib.h>
#include <string.h>

static const char mode[] =
    "memprof (lifetimes are those of freed blocks; a point's own maximum and "
    "the time of the peak are not known)";
static const char lifeless_mode[] =
    "memprof (lifetimes, a point's own maximum and the time of the peak are not known)";

enum { NS_PER_UNIT = 1000 }; /* "tu" is a microsecond */

/* Sample types by index, -1 where the profile has none. */
struct dhat_types {
  int alloc_space, alloc_objects, peak_space, peak_objects, inuse_space, inuse_objects, lifetime;
};

static struct dhat_types find_types(const struct profile *profile, int chosen) {
  struct dhat_types types = {.alloc_space = sample_type_index(profile, SAMPLE_ALLOC_SPACE),
                             .alloc_objects = sample_type_index(profile, SAMPLE_ALLOC_OBJECTS),
                             .peak_space = sample_type_index(profile, SAMPLE_PEAK_SPACE),
                             .peak_objects = sample_type_index(profile, SAMPLE_PEAK_OBJECTS),
                             .inuse_space = sample_type_index(profile, SAMPLE_INUSE_SPACE),
                             .inuse_objects = sample_type_index(profile, SAMPLE_INUSE_OBJECTS),
                             .lifetime = sample_type_index(profile, SAMPLE_LIFETIME)};
  if (types.alloc_space < 0) {
    types.alloc_space = profile_space_type(profile, chosen);
    types.alloc_objects = profile_objects_type(profile, chosen);
  }
  return types;
}

/* "0x401136: parse (parse.c:12)", as valgrind writes it. */
static void append_key(struct strbuf *sb, const struct frame *frame) {
  _cleanup_strbuf_ struct strbuf raw = STRBUF_INIT;
  strbuf_appendf(&raw, "0x%llX: %s", (unsigned long long)frame->address, frame->name);
  if (frame->file[0])
    strbuf_appendf(&raw, " (%s:%lld)", frame->file, (long long)frame->line);
  for (size_t i = 0; i < raw.length; i++)
    if (raw.data[i] == '\n')
      raw.data[i] = ' ';
  if (strbuf_failed(&raw))
    sb->failed = true;
  else
    text_repair(sb, raw.data);
}

/* The table of frames: equal texts have one index. */
struct frame_table {
  json_t *array;   /* "ftbl" */
  json_t *indices; /* text -> index */
};

static json_t *frame_index(struct frame_table *table, const char *text) {
  json_t *index = json_object_get(table->indices, text);
  if (index)
    return json_incref(index);
  index = json_integer((json_int_t)json_array_size(table->array));
  if (json_array_append_new(table->array, json_string(text)) != 0 ||
      json_object_set(table->indices, text, index) != 0) {
    json_decref(index);
    return NULL;
  }
  return index;
}

/* The key is root first; DHAT wants the leaf first. */
static json_t *frames_of_key(struct frame_table *table, const char *key) {
  json_t *array = json_array();
  char *copy = strdup(key);
  int failed = !copy;
  for (size_t left = copy ? strlen(copy) : 0; left && !failed;) {
    char *newline = memrchr(copy, '\n', left);
    failed |= json_array_append_new(array, frame_index(table, newline ? newline + 1 : copy));
    left = newline ? (size_t)(newline - copy) : 0;
    copy[left] = '\0';
  }
  free(copy);
  if (!failed)
    return array;
  json_decref(array);
  return NULL;
}

static json_int_t value_of(const struct stack *stack, int type) {
  return type >= 0 && stack->values[type] > 0 ? stack->values[type] : 0;
}

static json_int_t larger(json_int_t a, json_int_t b) {
  return a > b ? a : b;
}

static json_t *point_json(const struct stack *stack, const struct dhat_types *types, bool lives,
                          struct frame_table *table) {
  json_int_t gb = value_of(stack, types->peak_space), gbk = value_of(stack, types->peak_objects);
  json_int_t eb = value_of(stack, types->inuse_space), ebk = value_of(stack, types->inuse_objects);
  json_t *point = json_pack("{s:I, s:I}", "tb", value_of(stack, types->alloc_space), "tbk",
                            value_of(stack, types->alloc_objects));
  json_t *life =
      lives ? json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "tl",
                        value_of(stack, types->lifetime) / NS_PER_UNIT, "mb", larger(gb, eb), "mbk",
                        larger(gbk, ebk), "gb", gb, "gbk", gbk, "eb", eb, "ebk", ebk)
            : json_object();
  int failed = life ? json_object_update(point, life) : -1;
  json_decref(life);
  failed |= json_object_set_new(point, "fs", frames_of_key(table, stack->key));
  if (!failed)
    return point;
  json_decref(point);
  return NULL;
}

/* The comments of memprof's profiles have the command and the process; of a merged profile's the
 * first counts. */
static const char *command_of(const struct profile *profile) {
  static const char key[] = "command: ";
  for (size_t i = 0; i < profile->n_comments; i++)
    if (!strncmp(profile->comments[i], key, sizeof(key) - 1))
      return profile->comments[i] + sizeof(key) - 1;
  return NULL;
}

static json_int_t pid_of(const struct profile *profile) {
  unsigned pid;
  for (size_t i = 0; i < profile->n_comments; i++)
    if (sscanf(profile->comments[i], "process: pid=%u", &pid) == 1)
      return pid;
  return 0;
}

static json_t *head(const struct profile *profile, const struct report_options *options,
                    const struct dhat_types *types, bool lives) {
  json_int_t end = profile->duration_nanos > 0 ? profile->duration_nanos / NS_PER_UNIT : 0;
  const char *command = command_of(profile);
  json_t *document =
      json_pack("{s:i, s:s, s:s, s:b, s:b, s:s, s:s, s:i}", "dhatFileVersion", 2, "mode",
                types->lifetime < 0 ? lifeless_mode : mode, "verb", "Allocated", "bklt", lives,
                "bkacc", 0, "tu", "µs", "Mtu", "s", "tuth", 0);
  int failed =
      json_object_set_new(document, "cmd", json_text(command ? command : options->profile_name));
  failed |= json_object_set_new(document, "pid", json_integer(pid_of(profile)));
  failed |= json_object_set_new(document, "tg", json_integer(end));
  failed |= json_object_set_new(document, "te", json_integer(end));
  if (!failed)
    return document;
  json_decref(document);
  return NULL;
}

struct error *report_dhat(const struct profile *profile, const struct report_options *options,
                          FILE *out) {
  struct dhat_types types = find_types(profile, options->type);
  if (types.alloc_space < 0)
    return error_create(ERROR_BAD_INPUT,
                        "%s: DHAT's format holds bytes, and this profile has no figures in bytes",
                        options->profile_name);
  _cleanup_stack_set_ struct stack_set set;
  struct error *err = stack_set_init(&set, profile, append_key);
  if (err)
    return err;
  bool lives = types.peak_space >= 0 && types.inuse_space >= 0;
  json_t *document = head(profile, options, &types, lives), *points = json_array();
  struct frame_table table = {json_array(), json_object()};
  int failed = json_array_append_new(table.array, json_string("[root]"));
  for (size_t i = 0; i < set.n_stacks; i++)
    failed |= json_array_append_new(points, point_json(&set.stacks[i], &types, lives, &table));
  failed |= json_object_set_new(document, "pps", points);
  failed |= json_object_set_new(document, "ftbl", table.array);
  json_decref(table.indices);
  return json_write(document, failed, out);
}
