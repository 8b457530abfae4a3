#include "model/profile.h"

#include "base/vector.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

/* The interning table: open addressing with linear probing, at most half full, never shrinks. The
 * bytes live in the profile's arena. */
struct profile_strings {
  struct slot {
    const char *string; /* NULL: free */
    size_t length;
    uint64_t hash;
  } * slots;
  size_t n_slots; /* a power of two */
  size_t count;
};

enum { FIRST_SLOTS = 1024 };

static struct slot *find_slot(struct slot *slots, size_t n_slots, uint64_t hash, const char *s,
                              size_t length) {
  for (size_t i = hash & (n_slots - 1);; i = (i + 1) & (n_slots - 1)) {
    struct slot *slot = &slots[i];
    if (!slot->string ||
        (slot->hash == hash && slot->length == length && memcmp(slot->string, s, length) == 0))
      return slot;
  }
}

static bool strings_grow(struct profile_strings *strings) {
  size_t n_slots = strings->n_slots * 2;
  struct slot *slots = calloc(n_slots, sizeof(*slots));
  if (!slots)
    return false;
  for (size_t i = 0; i < strings->n_slots; i++) {
    struct slot *old = &strings->slots[i];
    if (old->string)
      *find_slot(slots, n_slots, old->hash, old->string, old->length) = *old;
  }
  free(strings->slots);
  strings->slots = slots;
  strings->n_slots = n_slots;
  return true;
}

const char *profile_string_n(struct profile *profile, const char *s, size_t length) {
  struct profile_strings *strings = profile->strings;
  /* A NUL inside would make two entries that are equal as C strings. */
  length = s ? strnlen(s, length) : 0;
  if (strings->count >= strings->n_slots / 2 && !strings_grow(strings))
    return NULL;
  uint64_t hash = XXH3_64bits(length ? s : "", length);
  struct slot *slot = find_slot(strings->slots, strings->n_slots, hash, length ? s : "", length);
  if (slot->string)
    return slot->string;
  const char *copy = arena_strndup(&profile->arena, length ? s : "", length);
  if (!copy)
    return NULL;
  *slot = (struct slot){.string = copy, .length = length, .hash = hash};
  strings->count++;
  return copy;
}

const char *profile_string(struct profile *profile, const char *s) {
  return profile_string_n(profile, s, s ? strlen(s) : 0);
}

void *profile_array(struct profile *profile, size_t n, size_t size) {
  return arena_calloc(&profile->arena, n, size);
}

void profile_give_memory(struct profile *profile, void *p, size_t n) {
  arena_give(&profile->arena, p, n);
}

uint64_t profile_memory(const struct profile *profile) {
  return profile->arena.total + profile->strings->n_slots * sizeof(*profile->strings->slots) +
         profile->comments_capacity * sizeof(*profile->comments) +
         profile->mappings_capacity * sizeof(*profile->mappings) +
         profile->functions_capacity * sizeof(*profile->functions) +
         profile->locations_capacity * sizeof(*profile->locations) +
         profile->samples_capacity * sizeof(*profile->samples);
}

static bool init_strings(struct profile *profile) {
  profile->strings = calloc(1, sizeof(*profile->strings));
  if (!profile->strings)
    return false;
  profile->strings->n_slots = FIRST_SLOTS;
  profile->strings->slots = calloc(FIRST_SLOTS, sizeof(*profile->strings->slots));
  return profile->strings->slots != NULL;
}

struct error *profile_create(struct profile **ret) {
  _cleanup_profile_ struct profile *profile = calloc(1, sizeof(*profile));
  if (!profile || !init_strings(profile))
    return &error_no_memory;
  const char *empty = profile_string(profile, "");
  if (!empty)
    return &error_no_memory;
  profile->default_sample_type = profile->drop_frames = profile->keep_frames = empty;
  profile->period_type = (struct profile_value_type){.type = empty, .unit = empty};
  *ret = profile;
  profile = NULL;
  return NULL;
}

void profile_destroy(struct profile *profile) {
  if (!profile)
    return;
  if (profile->strings)
    free(profile->strings->slots);
  free(profile->strings);
  free(profile->comments);
  free(profile->mappings);
  free(profile->functions);
  free(profile->locations);
  free(profile->samples);
  arena_deinit(&profile->arena);
  free(profile);
}

/* Appends to one of the profile's arrays and says where. The count stays below PROFILE_NONE, which
 * is thereby never an index. */
#define ADD(profile, array, item, ret)                                                             \
  do {                                                                                             \
    if ((profile)->n_##array >= PROFILE_NONE ||                                                    \
        !vector_reserve((void **)&(profile)->array, &(profile)->array##_capacity,                  \
                        (profile)->n_##array + 1, sizeof(*(profile)->array)))                      \
      return &error_no_memory;                                                                     \
    if (ret)                                                                                       \
      *(ret) = (uint32_t)(profile)->n_##array;                                                     \
    (profile)->array[(profile)->n_##array++] = (item);                                             \
    return NULL;                                                                                   \
  } while (0)

struct error *profile_add_mapping(struct profile *profile, const struct profile_mapping *item,
                                  uint32_t *ret) {
  ADD(profile, mappings, *item, ret);
}

struct error *profile_add_function(struct profile *profile, const struct profile_function *item,
                                   uint32_t *ret) {
  ADD(profile, functions, *item, ret);
}

struct error *profile_add_location(struct profile *profile, const struct profile_location *item,
                                   uint32_t *ret) {
  ADD(profile, locations, *item, ret);
}

struct error *profile_add_sample(struct profile *profile, const struct profile_sample *item) {
  uint32_t *nowhere = NULL;
  struct profile_sample sample = *item;
  sample.place = (uint32_t)profile->n_samples;
  ADD(profile, samples, sample, nowhere);
}

struct error *profile_add_comment(struct profile *profile, const char *comment) {
  uint32_t *nowhere = NULL;
  const char *copy = profile_string(profile, comment);
  if (!copy)
    return &error_no_memory;
  ADD(profile, comments, copy, nowhere);
}

struct error *profile_set_sample_types(struct profile *profile,
                                       const struct profile_value_type *types, size_t n) {
  struct profile_value_type *copies = profile_array(profile, n, sizeof(*copies));
  if (!copies)
    return &error_no_memory;
  for (size_t i = 0; i < n; i++) {
    copies[i].type = profile_string(profile, types[i].type);
    copies[i].unit = profile_string(profile, types[i].unit);
    if (!copies[i].type || !copies[i].unit)
      return &error_no_memory;
  }
  profile->sample_types = copies;
  profile->n_sample_types = n;
  return NULL;
}

struct error *profile_add_sample_types(struct profile *profile,
                                       const struct profile_value_type *types, size_t n) {
  size_t before = profile->n_sample_types, all = before + n;
  struct profile_value_type *joined = profile_array(profile, all, sizeof(*joined));
  int64_t *values = profile_array(profile, all * profile->n_samples + 1, sizeof(*values));
  if (!joined || !values)
    return &error_no_memory;
  memcpy(joined, profile->sample_types, before * sizeof(*joined));
  memcpy(joined + before, types, n * sizeof(*joined));
  struct error *err = profile_set_sample_types(profile, joined, all);
  for (size_t i = 0; i < profile->n_samples && !err; i++) {
    memcpy(values + i * all, profile->samples[i].values, before * sizeof(*values));
    profile->samples[i].values = values + i * all;
  }
  return err;
}

static int find_sample_type(const struct profile *profile, const char *name) {
  for (size_t i = 0; i < profile->n_sample_types; i++)
    if (strcmp(profile->sample_types[i].type, name) == 0)
      return (int)i;
  return -1;
}

int profile_sample_type(const struct profile *profile, const char *name) {
  if (name)
    return find_sample_type(profile, name);
  int i = find_sample_type(profile, profile->default_sample_type);
  return i >= 0 ? i : (int)profile->n_sample_types - 1;
}

bool profile_sample_number(const struct profile_sample *sample, const char *key, int64_t *ret) {
  /* The first letter tells most keys apart, without the call. */
  for (uint32_t i = 0; i < sample->n_labels; i++)
    if (*sample->labels[i].key == *key && strcmp(sample->labels[i].key, key) == 0 &&
        !*sample->labels[i].str) {
      *ret = sample->labels[i].num;
      return true;
    }
  return false;
}

const char *profile_sample_text(const struct profile_sample *sample, const char *key) {
  for (uint32_t i = 0; i < sample->n_labels; i++)
    if (!strcmp(sample->labels[i].key, key) && *sample->labels[i].str)
      return sample->labels[i].str;
  return NULL;
}
