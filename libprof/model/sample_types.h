/* The sample types that memprof writes, and how types of any profile go together.
 *
 * A program's profile has the recorded types, a leak check's profile those of the leak kinds
 * (model/leak_kinds.h). Readers look a type up by name, because profiles of other origin have fewer
 * types, others, or another order. */
#pragma once

#include "model/profile.h"

/* The order within a profile that memprof writes. */
enum sample_type {
  /* In the profile of a recording (recording/profile.c). */
  SAMPLE_ALLOC_OBJECTS,
  SAMPLE_ALLOC_SPACE,
  SAMPLE_INUSE_OBJECTS,
  SAMPLE_INUSE_SPACE,
  SAMPLE_PEAK_OBJECTS,
  SAMPLE_PEAK_SPACE,
  SAMPLE_LIFETIME, /* summed over the freed objects: alloc_objects - inuse_objects of them */
  N_RECORDED_SAMPLE_TYPES,
  /* Where histories of objects were kept (recording/histories.h): */
  SAMPLE_TEMPORARY_OBJECTS = N_RECORDED_SAMPLE_TYPES,
  SAMPLE_TEMPORARY_SPACE,
  SAMPLE_HISTORY_OBJECTS,
  SAMPLE_HISTORY_SPACE,
  SAMPLE_FREED_OBJECTS,
  SAMPLE_FREED_SPACE,
  N_ADVISED_SAMPLE_TYPES,
  /* Worked out of the histories (advise/reusable.h): */
  SAMPLE_REUSABLE_OBJECTS = N_ADVISED_SAMPLE_TYPES,
  SAMPLE_REUSABLE_SPACE,
  N_ALLOCATION_SAMPLE_TYPES,
  /* In the profile of a leak check: a pair for each enum leak_kind, in its order. */
  SAMPLE_DEFINITE_OBJECTS = N_ALLOCATION_SAMPLE_TYPES,
  SAMPLE_DEFINITE_SPACE,
  SAMPLE_INDIRECT_OBJECTS,
  SAMPLE_INDIRECT_SPACE,
  SAMPLE_POSSIBLE_OBJECTS,
  SAMPLE_POSSIBLE_SPACE,
  SAMPLE_REACHABLE_OBJECTS,
  SAMPLE_REACHABLE_SPACE,
  SAMPLE_SUPPRESSED_OBJECTS,
  SAMPLE_SUPPRESSED_SPACE,
  N_SAMPLE_TYPES,
};

struct sample_type_info {
  const char *name, *unit;
  const char *summary; /* "Bytes allocated": for people */
};

extern const struct sample_type_info sample_types[N_SAMPLE_TYPES];

/* The names of the types that a recording's profile may have, NULL-ended: what a user may ask for.
 */
extern const char *const recorded_type_names[];

/* Gives a new profile `n` types, from `first` on, with default type `shown`. */
struct error *sample_types_set(struct profile *profile, enum sample_type first, size_t n,
                               enum sample_type shown);

/* Makes `type` the default type, whether or not the profile has it. */
struct error *sample_type_set_default(struct profile *profile, enum sample_type type);

/* The type's place among those of the profile; -1 if the profile has no type of that name. */
int sample_type_index(const struct profile *profile, enum sample_type type);

/* The type called `name` (NULL: the default, as profile_sample_type has it), where "inuse_space"
 * and "inuse_objects" also find "space" and "objects": older tcmalloc and jemalloc profiles have
 * live figures only and call them that. -1 if no type matches. */
int sample_type_named(const struct profile *profile, const char *name);

/* How many objects a sample's figure is a sum over. Only that of the type lifetime is: it is the
 * sum of how long the objects lived that were freed, and only their mean says something. */
struct freed_types {
  int allocs, live; /* whose difference they are; -1: the figure is no such sum */
};
struct freed_types freed_types_of(const struct profile *profile, int type);
static inline bool freed_types_known(const struct freed_types *types) {
  return types->allocs >= 0 && types->live >= 0;
}
/* 0 where the figure is no such sum. */
int64_t freed_objects(const struct freed_types *types, const struct profile_sample *sample);

/* The types that go together, X_objects and X_space (or plain "objects" and "space"), looked up by
 * name: the one that counts and the one that weighs what `type` is about; -1 if it is
 * missing. */
int profile_objects_type(const struct profile *profile, int type);
int profile_space_type(const struct profile *profile, int type);
