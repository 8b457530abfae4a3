#include "leak/leak_labels.h"

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "leak/why.h"
#include "model/leak_points.h"

#include <inttypes.h>

enum { LABELS_MAX = 7 + 2 * N_LEAK_KINDS };

struct labelling {
  const struct leaks_options *options;
  const struct points_context *points;
  struct image *image;
  const struct recording *recording;
  const struct leak_group *group;
  struct profile *profile;
  struct profile_sample *sample;
};

static bool add(const struct labelling *to, const char *key, const char *text, int64_t number,
                const char *unit) {
  struct profile_label label = {profile_string(to->profile, key), profile_string(to->profile, text),
                                number, profile_string(to->profile, unit)};
  to->sample->labels[to->sample->n_labels++] = label;
  return label.key && label.str && label.unit;
}

static bool add_number(const struct labelling *to, const char *key, int64_t value) {
  return add(to, key, "", value, "");
}

static bool add_time(const struct labelling *to, const char *key, uint64_t value) {
  return add(to, key, "", (int64_t)value, "nanoseconds");
}

static bool add_kind_text(const struct labelling *to, const char *prefix, enum leak_kind kind,
                          const char *text) {
  char key[64];
  snprintf(key, sizeof(key), "%s%s", prefix, leak_kind_names[kind]);
  return text && add(to, key, text, 0, "");
}

static bool add_way(const struct labelling *to, enum leak_kind kind) {
  _cleanup_free_ char *text =
      why_describe(to->image, &to->options->reach, to->group->largest[kind]);
  return add_kind_text(to, LEAK_LABEL_WHY, kind, text);
}

/* Nothing leads to a definitely lost block: the pointers that it holds are all that is known. */
static bool add_points(const struct labelling *to) {
  _cleanup_free_ char *text = points_describe(to->points, to->group->largest[LEAK_DEFINITE]);
  return text && (!*text || add_kind_text(to, LEAK_LABEL_POINTS, LEAK_DEFINITE, text));
}

/* As far as it can be read. */
static bool add_contents(const struct labelling *to, enum leak_kind kind) {
  const struct block *block = &to->image->blocks.data[to->group->largest[kind]];
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  uint64_t word;
  strbuf_appendf(&sb, "%" PRIx64 ":", block->start);
  for (uint64_t at = 0; at < block->size && at < LEAK_CONTENTS_MAX; at += sizeof(word)) {
    if (!memory_word(&to->image->memory, block->start + at, &word))
      break;
    for (uint64_t i = 0; i < sizeof(word) && at + i < block->size; i++)
      strbuf_appendf(&sb, "%02x", (unsigned)(word >> 8 * i & 255));
  }
  return !strbuf_failed(&sb) && add_kind_text(to, LEAK_LABEL_CONTENTS, kind, sb.data);
}

/* A thread's name is lost once its place in the recording was given to another. */
static bool add_thread(const struct labelling *to) {
  uint32_t number = to->group->thread;
  if (!number || number == GROUP_THREADS || to->recording->header.threads_started < 2)
    return true;
  if (!add_number(to, LEAK_LABEL_THREAD, number))
    return false;
  for (uint64_t i = 0; i < to->recording->n_threads; i++) {
    const struct recording_thread *thread = &to->recording->threads[i];
    char name[sizeof(thread->name) + 1];
    if ((thread->number & ~OBJECT_IGNORED) != number)
      continue;
    snprintf(name, sizeof(name), "%.*s", (int)sizeof(thread->name), thread->name);
    return add(to, PROFILE_LABEL_THREAD, name, 0, "");
  }
  return true;
}

static bool set(const struct labelling *to) {
  const struct leak_group *group = to->group;
  bool done = add_number(to, LEAK_LABEL_SITE, group->site);
  if (done && group->lost_by != GROUP_NONE)
    done = add_number(to, LEAK_LABEL_LOST_BY, group->lost_by);
  if (done && group->has_age)
    done = add_time(to, LEAK_LABEL_OLDEST, group->oldest) &&
           add_time(to, LEAK_LABEL_NEWEST, group->newest) && add_thread(to);
  for (int kind = 0; done && kind < N_LEAK_KINDS; kind++) {
    if (group->largest[kind] == BLOCK_NONE)
      continue;
    if (to->options->why & 1u << kind)
      done = add_way(to, kind) && (kind != LEAK_DEFINITE || add_points(to));
    if (done && to->options->contents & 1u << kind)
      done = add_contents(to, kind);
  }
  return done;
}

struct error *leak_labels_set(const struct leaks_options *options,
                              const struct points_context *points,
                              const struct recording *recording, const struct leak_group *group,
                              struct profile *profile, struct profile_sample *sample) {
  struct labelling to = {options, points, points->image, recording, group, profile, sample};
  sample->labels = profile_array(profile, LABELS_MAX, sizeof(*sample->labels));
  return sample->labels && set(&to) ? NULL : &error_no_memory;
}
