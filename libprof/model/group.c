#include "model/group.h"

#include "base/cleanup.h"
#include "base/path.h"
#include "base/strbuf.h"
#include "model/hash_index.h"
#include "model/leak_kinds.h"
#include "model/unit.h"

#include <inttypes.h>
#include <string.h>

struct grouping {
  struct profile *profile;
  const char *by;
  enum group_place place;
  struct hash_index locations; /* by the pointer to the name of their function */
  bool any;
};

static const struct profile_label *label_of(const struct profile_sample *sample, const char *key) {
  for (uint32_t i = 0; i < sample->n_labels; i++)
    if (!strcmp(sample->labels[i].key, key))
      return &sample->labels[i];
  return NULL;
}

static void append_thread(struct strbuf *sb, const struct profile_sample *sample) {
  const struct profile_label *name = label_of(sample, PROFILE_LABEL_THREAD);
  const struct profile_label *id = label_of(sample, PROFILE_LABEL_THREAD_ID);
  if (name)
    strbuf_append(sb, *name->str ? name->str : "(unnamed)");
  if (id)
    strbuf_appendf(sb, name ? " (%" PRId64 ")" : "%" PRId64, id->num);
}

static void append_module(struct strbuf *sb, const struct profile *profile,
                          const struct profile_sample *sample) {
  if (!sample->n_locations)
    return;
  uint32_t mapping = profile->locations[sample->locations[0]].mapping;
  if (mapping != PROFILE_NONE)
    strbuf_append(sb, path_base_name(profile->mappings[mapping].file));
}

/* The numeric labels, thread, type and what a leak check says are memprof's own. */
static void append_tags(struct strbuf *sb, const struct profile_sample *sample) {
  for (uint32_t i = 0; i < sample->n_labels; i++) {
    const struct profile_label *label = &sample->labels[i];
    if (*label->str && strcmp(label->key, PROFILE_LABEL_THREAD) &&
        strcmp(label->key, PROFILE_LABEL_TYPE) && !leak_is_text_label(label->key))
      strbuf_appendf(sb, "%s%s=%s", sb->length ? ", " : "", label->key, label->str);
  }
}

static void append_label(struct strbuf *sb, const struct profile_label *label) {
  if (label && *label->str)
    strbuf_append(sb, label->str);
  else if (label)
    unit_format(sb, (double)label->num, *label->unit ? label->unit : "count", NULL);
}

/* The interned name of the sample's group; NULL without memory. */
static const char *group_name(struct grouping *g, const struct profile_sample *sample) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  if (!strcmp(g->by, GROUP_BY_THREAD))
    append_thread(&sb, sample);
  else if (!strcmp(g->by, GROUP_BY_MODULE))
    append_module(&sb, g->profile, sample);
  else if (!strcmp(g->by, GROUP_BY_TAG))
    append_tags(&sb, sample);
  else
    append_label(&sb, label_of(sample, g->by));
  g->any |= sb.length > 0;
  if (!sb.length)
    strbuf_appendf(&sb, "(no %s)", g->by);
  return strbuf_failed(&sb) ? NULL : profile_string(g->profile, sb.data);
}

static bool is_called(const void *context, uint32_t index, const void *key) {
  const struct profile *profile = context;
  return profile->functions[profile->locations[index].lines[0].function].name == key;
}

/* A location in no file, of a function of the group's name. */
static struct error *add_location(struct profile *profile, const char *name, uint32_t *ret) {
  struct profile_line *line = profile_array(profile, 1, sizeof(*line));
  const char *empty = profile_string(profile, "");
  if (!line || !empty)
    return &error_no_memory;
  struct profile_function function = {.name = name, .system_name = name, .file = empty};
  struct error *err = profile_add_function(profile, &function, &line->function);
  struct profile_location location = {.mapping = PROFILE_NONE, .n_lines = 1, .lines = line};
  return err ? err : profile_add_location(profile, &location, ret);
}

static struct error *group_location(struct grouping *g, const char *name, uint32_t *ret) {
  uint64_t hash = ((uintptr_t)name * 0x9e3779b97f4a7c15) >> 1;
  *ret = hash_index_find(&g->locations, hash, is_called, g->profile, name);
  if (*ret != HASH_INDEX_NONE)
    return NULL;
  struct error *err = add_location(g->profile, name, ret);
  if (!err && !hash_index_add(&g->locations, hash, *ret))
    err = &error_no_memory;
  return err;
}

static struct error *group_sample(struct grouping *g, struct profile_sample *sample) {
  const char *name = group_name(g, sample);
  uint32_t kept = g->place == GROUP_ROOT ? sample->n_locations : 0;
  uint32_t *locations = profile_array(g->profile, kept + 1, sizeof(*locations));
  if (!name || !locations)
    return &error_no_memory;
  if (kept)
    memcpy(locations, sample->locations, kept * sizeof(*locations));
  sample->locations = locations;
  sample->n_locations = kept + 1;
  return group_location(g, name, &locations[kept]);
}

struct error *profile_group(struct profile *profile, const char *by, enum group_place place,
                            bool *any) {
  struct grouping g = {profile, by, place, HASH_INDEX_INIT, false};
  struct error *err = NULL;
  for (size_t i = 0; i < profile->n_samples && !err; i++)
    err = group_sample(&g, &profile->samples[i]);
  hash_index_deinit(&g.locations);
  *any = g.any;
  return err;
}
