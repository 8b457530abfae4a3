#include "recording/delta.h"

#include "base/cleanup.h"
#include "model/merge.h"

#include <string.h>

enum { N_TYPES_OF_DELTA = 4 /* alloc_objects to inuse_space */ };

struct error *recording_profile_subtract(struct profile *earlier, struct profile *later,
                                         struct profile **ret) {
  _cleanup_profile_ struct profile *delta = NULL;
  earlier->n_sample_types = later->n_sample_types = N_TYPES_OF_DELTA;
  struct error *err = profile_subtract(later, earlier, &delta);
  if (err)
    return err;
  delta->default_sample_type = profile_string(delta, "alloc_space");
  delta->duration_nanos = later->duration_nanos - earlier->duration_nanos;
  delta->time_nanos = earlier->time_nanos + earlier->duration_nanos;
  delta->n_comments = 0;
  err = delta->default_sample_type ? NULL : &error_no_memory;
  for (size_t i = 0; i < later->n_comments && !err; i++)
    if (strncmp(later->comments[i], "totals: ", 8))
      err = profile_add_comment(delta, later->comments[i]);
  if (!err)
    *ret = no_cleanup_ptr(delta);
  return err;
}

static void forget_live(struct profile *profile) {
  for (size_t i = 0; i < profile->n_samples; i++)
    profile->samples[i].values[2] = profile->samples[i].values[3] = 0;
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
