#include "recording/delta.h"

#include "base/cleanup.h"
#include "model/merge.h"
#include "model/sample_types.h"

#include <string.h>

/* Peaks and lifetimes have no difference. */
enum { N_TYPES_OF_DELTA = SAMPLE_INUSE_SPACE + 1 };

struct error *recording_profile_subtract(struct profile *earlier, struct profile *later,
                                         struct profile **ret) {
  _cleanup_profile_ struct profile *delta = NULL;
  earlier->n_sample_types = later->n_sample_types = N_TYPES_OF_DELTA;
  struct error *err = profile_subtract(later, earlier, &delta);
  if (err)
    return err;
  delta->duration_nanos = later->duration_nanos - earlier->duration_nanos;
  delta->time_nanos = earlier->time_nanos + earlier->duration_nanos;
  delta->n_comments = 0;
  err = sample_type_set_default(delta, SAMPLE_ALLOC_SPACE);
  for (size_t i = 0; i < later->n_comments && !err; i++)
    if (strncmp(later->comments[i], "totals: ", 8) && strncmp(later->comments[i], "memory: ", 8) &&
        strncmp(later->comments[i], "sizes: ", 7) && strncmp(later->comments[i], "peak: ", 6))
      err = profile_add_comment(delta, later->comments[i]);
  if (!err)
    *ret = no_cleanup_ptr(delta);
  return err;
}

static void forget_live(struct profile *profile) {
  for (size_t i = 0; i < profile->n_samples; i++) {
    int64_t *values = profile->samples[i].values;
    values[SAMPLE_INUSE_OBJECTS] = values[SAMPLE_INUSE_SPACE] = 0;
  }
}

struct error *recording_profile_interval(struct profile *earlier, struct profile *later,
                                         struct profile **ret) {
  _cleanup_profile_ struct profile *none = NULL;
  if (earlier)
    forget_live(earlier);
  else {
    struct error *err = profile_compact(later, &none);
    if (err)
      return err;
    none->n_samples = 0;
    none->duration_nanos = 0;
    earlier = none;
  }
  return recording_profile_subtract(earlier, later, ret);
}
