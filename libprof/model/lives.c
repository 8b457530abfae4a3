#include "model/lives.h"

#include "model/hash_index.h"
#include "model/history_labels.h"
#include "model/sample_types.h"

#include <string.h>

static const char *string_label(const struct profile_sample *sample, const char *key) {
  for (uint32_t i = 0; i < sample->n_labels; i++)
    if (!strcmp(sample->labels[i].key, key))
      return sample->labels[i].str;
  return "";
}

static int64_t number(const struct profile_sample *sample, const char *key, int64_t otherwise) {
  int64_t n;
  return profile_sample_number(sample, key, &n) ? n : otherwise;
}

static enum life_end end_of(const struct profile_sample *sample) {
  static const struct {
    const char *word;
    enum life_end end;
  } ends[] = {{HISTORY_END_FREE, LIFE_FREED},
              {HISTORY_END_GREW, LIFE_GREW_IN_PLACE},
              {HISTORY_END_MOVED, LIFE_MOVED}};
  const char *word = string_label(sample, HISTORY_LABEL_END);
  for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
    if (!strcmp(word, ends[i].word))
      return ends[i].end;
  return LIFE_LIVE;
}

static struct life life_of(const struct profile_sample *sample, double objects) {
  return (struct life){
      .birth = sample,
      .objects = objects,
      .size = (double)number(sample, PROFILE_LABEL_BYTES, 0),
      .new_size = (double)number(sample, HISTORY_LABEL_NEW_SIZE, 0),
      .end = end_of(sample),
      .born = (double)number(sample, HISTORY_LABEL_BORN, 0),
      .lived = (double)number(sample, HISTORY_LABEL_LIVED, 0),
      .born_calls = (double)number(sample, HISTORY_LABEL_BORN_CALLS, -1),
      .calls = (double)number(sample, HISTORY_LABEL_CALLS, -1),
      .bytes = (double)number(sample, HISTORY_LABEL_BYTES, -1),
      .siblings = (double)number(sample, HISTORY_LABEL_SIBLINGS, -1),
      .born_by = number(sample, HISTORY_LABEL_BORN_BY, 0),
      .freed_by = number(sample, HISTORY_LABEL_FREED_BY, 0),
      .activation = number(sample, HISTORY_LABEL_ACTIVATION, -1),
      .mapped = number(sample, HISTORY_LABEL_MAPPED, 0) == 1,
  };
}

static uint64_t hash_id(int64_t id) {
  uint64_t h = (uint64_t)id * 0x9e3779b97f4a7c15ull;
  return h ^ h >> 32;
}

static bool has_id(const void *context, uint32_t index, const void *key) {
  const lives_vector *lives = context;
  return number(lives->data[index].birth, HISTORY_LABEL, 0) == *(const int64_t *)key;
}

static struct error *read_births(const struct profile *profile, int objects, lives_vector *lives,
                                 struct hash_index *index) {
  for (size_t i = 0; i < profile->n_samples; i++) {
    const struct profile_sample *sample = &profile->samples[i];
    int64_t id = number(sample, HISTORY_LABEL, 0);
    if (!id || sample->values[objects] <= 0)
      continue;
    struct life life = life_of(sample, (double)sample->values[objects]);
    if (!VECTOR_PUSH(lives, life) ||
        !hash_index_add(index, hash_id(id), (uint32_t)lives->count - 1))
      return &error_no_memory;
  }
  return NULL;
}

/* Whether the program freed it because it ended: a global variable's destructor. */
static bool is_at_exit(const struct profile *profile, const struct profile_sample *sample) {
  static const char *const names[] = {"exit", "__run_exit_handlers", "__cxa_finalize", "_dl_fini"};
  for (uint32_t i = 0; i < sample->n_locations; i++) {
    const struct profile_location *location = &profile->locations[sample->locations[i]];
    for (uint32_t k = 0; k < location->n_lines; k++)
      for (size_t j = 0; j < sizeof(names) / sizeof(*names); j++)
        if (!strcmp(profile->functions[location->lines[k].function].name, names[j]))
          return true;
  }
  return false;
}

static void read_free(const struct profile *profile, const struct profile_sample *sample,
                      struct life *life) {
  if (is_at_exit(profile, sample))
    life->end = LIFE_LIVE;
  else
    life->free = sample;
}

static void read_frees(const struct profile *profile, int freed, lives_vector *lives,
                       const struct hash_index *index) {
  for (size_t i = 0; i < profile->n_samples; i++) {
    const struct profile_sample *sample = &profile->samples[i];
    int64_t id = number(sample, HISTORY_LABEL, 0);
    if (!id || sample->values[freed] <= 0)
      continue;
    uint32_t at = hash_index_find(index, hash_id(id), has_id, lives, &id);
    if (at != HASH_INDEX_NONE)
      read_free(profile, sample, &lives->data[at]);
  }
}

struct error *lives_read(const struct profile *profile, lives_vector *ret) {
  _cleanup_hash_index_ struct hash_index index = HASH_INDEX_INIT;
  int objects = sample_type_index(profile, SAMPLE_HISTORY_OBJECTS);
  int freed = sample_type_index(profile, SAMPLE_FREED_OBJECTS);
  *ret = (lives_vector){0};
  if (objects < 0 || freed < 0)
    return NULL;
  struct error *err = read_births(profile, objects, ret, &index);
  if (err)
    VECTOR_DEINIT(ret);
  else
    read_frees(profile, freed, ret, &index);
  return err;
}
