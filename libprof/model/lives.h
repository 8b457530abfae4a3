/* The lives of objects, as a profile's histories tell them (model/history_labels.h). */
#pragma once

#include "base/vector.h"
#include "model/profile.h"

/* An object that was freed because the program ended lived to its end. */
enum life_end { LIFE_LIVE, LIFE_FREED, LIFE_GREW_IN_PLACE, LIFE_MOVED };

#define LIFE_UNKNOWN (-1.0)

struct life {
  const struct profile_sample *birth;
  const struct profile_sample *free; /* whose stack is that of the free or realloc; or NULL */
  double objects;                    /* it stands for so many */
  double size, new_size;             /* bytes; new_size of a realloc */
  enum life_end end;
  double born, lived; /* ns; a living one's so far */
  /* Allocations of its thread: before its birth, and meanwhile with their bytes; those of its site
   * meanwhile. LIFE_UNKNOWN where they are not known. */
  double born_calls, calls, bytes, siblings;
  int64_t born_by, freed_by; /* numbers of threads; 0: not known */
  int64_t activation;        /* as the label; -1: not known */
  bool mapped;
};

typedef VECTOR(struct life) lives_vector;

/* All lives of the profile, to be freed by VECTOR_DEINIT. A history whose first sample is missing,
 * because a filter took it, is left out. They point into the profile. */
struct error *lives_read(const struct profile *profile, lives_vector *ret);

static inline bool life_has_ended(const struct life *life) {
  return life->end != LIFE_LIVE;
}
static inline bool life_is_realloc(const struct life *life) {
  return life->end == LIFE_GREW_IN_PLACE || life->end == LIFE_MOVED;
}
