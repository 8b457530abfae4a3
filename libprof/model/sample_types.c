#include "model/sample_types.h"

#include "model/saturate.h"

#include <string.h>

const struct sample_type_info sample_types[N_SAMPLE_TYPES] = {
    [SAMPLE_ALLOC_OBJECTS] = {"alloc_objects", "count", "Objects allocated"},
    [SAMPLE_ALLOC_SPACE] = {"alloc_space", "bytes", "Bytes allocated"},
    [SAMPLE_INUSE_OBJECTS] = {"inuse_objects", "count", "Objects live at the end"},
    [SAMPLE_INUSE_SPACE] = {"inuse_space", "bytes", "Bytes live at the end"},
    [SAMPLE_PEAK_OBJECTS] = {"peak_objects", "count", "Objects live at the peak"},
    [SAMPLE_PEAK_SPACE] = {"peak_space", "bytes", "Bytes live at the peak"},
    [SAMPLE_LIFETIME] = {"lifetime", "nanoseconds", "Mean lifetime of freed objects"},
    [SAMPLE_TEMPORARY_OBJECTS] = {"temporary_objects", "count",
                                  "Objects freed before their thread's next allocation"},
    [SAMPLE_TEMPORARY_SPACE] = {"temporary_space", "bytes",
                                "Bytes freed before their thread's next allocation"},
    [SAMPLE_HISTORY_OBJECTS] = {"history_objects", "count", "Objects that histories stand for"},
    [SAMPLE_HISTORY_SPACE] = {"history_space", "bytes", "Bytes that histories stand for"},
    [SAMPLE_FREED_OBJECTS] = {"freed_objects", "count", "Objects freed, by where they were freed"},
    [SAMPLE_FREED_SPACE] = {"freed_space", "bytes", "Bytes freed, by where they were freed"},
    [SAMPLE_REUSABLE_OBJECTS] = {"reusable_objects", "count",
                                 "Objects that a buffer kept for them would have served"},
    [SAMPLE_REUSABLE_SPACE] = {"reusable_space", "bytes",
                               "Bytes that a buffer kept for them would have served"},
    [SAMPLE_DEFINITE_OBJECTS] = {"definite_objects", "count", "Objects definitely lost"},
    [SAMPLE_DEFINITE_SPACE] = {"definite_space", "bytes", "Bytes definitely lost"},
    [SAMPLE_INDIRECT_OBJECTS] = {"indirect_objects", "count", "Objects indirectly lost"},
    [SAMPLE_INDIRECT_SPACE] = {"indirect_space", "bytes", "Bytes indirectly lost"},
    [SAMPLE_POSSIBLE_OBJECTS] = {"possible_objects", "count", "Objects possibly lost"},
    [SAMPLE_POSSIBLE_SPACE] = {"possible_space", "bytes", "Bytes possibly lost"},
    [SAMPLE_REACHABLE_OBJECTS] = {"reachable_objects", "count",
                                  "Objects still reachable at the end"},
    [SAMPLE_REACHABLE_SPACE] = {"reachable_space", "bytes", "Bytes still reachable at the end"},
    [SAMPLE_SUPPRESSED_OBJECTS] = {"suppressed_objects", "count", "Objects suppressed"},
    [SAMPLE_SUPPRESSED_SPACE] = {"suppressed_space", "bytes", "Bytes suppressed"},
};

const char *const recorded_type_names[N_ALLOCATION_SAMPLE_TYPES + 1] = {
    [SAMPLE_ALLOC_OBJECTS] = "alloc_objects",
    [SAMPLE_ALLOC_SPACE] = "alloc_space",
    [SAMPLE_INUSE_OBJECTS] = "inuse_objects",
    [SAMPLE_INUSE_SPACE] = "inuse_space",
    [SAMPLE_PEAK_OBJECTS] = "peak_objects",
    [SAMPLE_PEAK_SPACE] = "peak_space",
    [SAMPLE_LIFETIME] = "lifetime",
    [SAMPLE_TEMPORARY_OBJECTS] = "temporary_objects",
    [SAMPLE_TEMPORARY_SPACE] = "temporary_space",
    [SAMPLE_HISTORY_OBJECTS] = "history_objects",
    [SAMPLE_HISTORY_SPACE] = "history_space",
    [SAMPLE_FREED_OBJECTS] = "freed_objects",
    [SAMPLE_FREED_SPACE] = "freed_space",
    [SAMPLE_REUSABLE_OBJECTS] = "reusable_objects",
    [SAMPLE_REUSABLE_SPACE] = "reusable_space",
};

struct error *sample_types_set(struct profile *profile, enum sample_type first, size_t n,
                               enum sample_type shown) {
  struct profile_value_type types[N_SAMPLE_TYPES];
  for (size_t i = 0; i < n; i++) {
    types[i].type = profile_string(profile, sample_types[first + i].name);
    types[i].unit = profile_string(profile, sample_types[first + i].unit);
    if (!types[i].type || !types[i].unit)
      return &error_no_memory;
  }
  struct error *err = sample_type_set_default(profile, shown);
  return err ? err : profile_set_sample_types(profile, types, n);
}

struct error *sample_type_set_default(struct profile *profile, enum sample_type type) {
  const char *name = profile_string(profile, sample_types[type].name);
  if (!name)
    return &error_no_memory;
  profile->default_sample_type = name;
  return NULL;
}

int sample_type_index(const struct profile *profile, enum sample_type type) {
  return profile_sample_type(profile, sample_types[type].name);
}

int sample_type_named(const struct profile *profile, const char *name) {
  int type = profile_sample_type(profile, name);
  return type < 0 && name && !strncmp(name, "inuse_", 6) ? profile_sample_type(profile, name + 6)
                                                         : type;
}

struct freed_types freed_types_of(const struct profile *profile, int type) {
  if (type < 0 || type != sample_type_index(profile, SAMPLE_LIFETIME))
    return (struct freed_types){-1, -1};
  return (struct freed_types){sample_type_index(profile, SAMPLE_ALLOC_OBJECTS),
                              sample_type_index(profile, SAMPLE_INUSE_OBJECTS)};
}

int64_t freed_objects(const struct freed_types *types, const struct profile_sample *sample) {
  return freed_types_known(types)
             ? saturating_subtract(sample->values[types->allocs], sample->values[types->live])
             : 0;
}

/* The type whose name is that of `type` with its last word replaced by `word`. */
static int partner(const struct profile *profile, int type, const char *word) {
  const char *name = profile->sample_types[type].type;
  const char *underscore = strrchr(name, '_');
  size_t prefix = underscore ? (size_t)(underscore + 1 - name) : 0;
  if (strcmp(name + prefix, "objects") != 0 && strcmp(name + prefix, "space") != 0)
    return -1;
  for (size_t i = 0; i < profile->n_sample_types; i++) {
    const char *other = profile->sample_types[i].type;
    if (strncmp(other, name, prefix) == 0 && strcmp(other + prefix, word) == 0)
      return (int)i;
  }
  return -1;
}

int profile_objects_type(const struct profile *profile, int type) {
  return partner(profile, type, "objects");
}

int profile_space_type(const struct profile *profile, int type) {
  return partner(profile, type, "space");
}
