#include "recording/delta.h"

#include "base/cleanup.h"
#include "model/merge.h"
#include "model/rates.h"
#include "model/sample_types.h"

#include <string.h>

/* Peaks and lifetimes have no difference. */
enum { N_TYPES_OF_DELTA = SAMPLE_INUSE_SPACE + 1 };
/* Stands for the peak's while profiles are subtracted: the objects that live in the later one. */
enum { LIVE_LATER = SAMPLE_PEAK_OBJECTS };
_Static_assert((int)LIVE_LATER == (int)N_TYPES_OF_DELTA, "it is cut off at the end");

static void set_live_later(struct profile *profile, bool is_later) {
  for (size_t i = 0; i < profile->n_samples; i++)
    profile->samples[i].values[LIVE_LATER] =
        is_later ? profile->samples[i].values[SAMPLE_INUSE_OBJECTS] : 0;
  profile->n_sample_types = LIVE_LATER + 1;
}

/* Objects that came and live are no more than came, and no more than live. */
static struct error *label_came(struct profile *delta, struct profile_sample *sample) {
  const int64_t *values = sample->values;
  int64_t came = values[SAMPLE_ALLOC_OBJECTS] < values[LIVE_LATER] ? values[SAMPLE_ALLOC_OBJECTS]
                                                                   : values[LIVE_LATER];
  if (profile_sample_rate(delta, sample) <= 1 || came <= 0 || came <= values[SAMPLE_INUSE_OBJECTS])
    return NULL;
  struct profile_label *labels = profile_array(delta, sample->n_labels + 1, sizeof(*labels));
  const char *key = profile_string(delta, PROFILE_LABEL_CAME), *unit = profile_string(delta, "");
  if (!labels || !key || !unit)
    return &error_no_memory;
  memcpy(labels, sample->labels, sample->n_labels * sizeof(*labels));
  labels[sample->n_labels++] =
      (struct profile_label){.key = key, .str = unit, .num = came, .unit = unit};
  sample->labels = labels;
  return NULL;
}

/* Cuts off the type that stood for the peak's, and samples that have nothing else. */
static struct error *finish_live(struct profile *delta, struct profile **ret) {
  struct error *err = NULL;
  for (size_t i = 0; i < delta->n_samples && !err; i++)
    err = label_came(delta, &delta->samples[i]);
  delta->n_sample_types = N_TYPES_OF_DELTA;
  return err ? err : profile_compact(delta, ret);
}

static struct error *copy_comments(const struct profile *later, struct profile *delta) {
  static const char *const of_whole_run[] = {
      "totals: ", "memory: ", "resident: ", "sizes: ", "peak: "};
  struct error *err = NULL;
  delta->n_comments = 0;
  for (size_t i = 0; i < later->n_comments && !err; i++) {
    bool whole = false;
    for (size_t k = 0; k < sizeof(of_whole_run) / sizeof(*of_whole_run); k++)
      whole |= !strncmp(later->comments[i], of_whole_run[k], strlen(of_whole_run[k]));
    if (!whole)
      err = profile_add_comment(delta, later->comments[i]);
  }
  return err;
}

/* The rest of a difference, whose samples are there. */
static struct error *finish_delta(const struct profile *earlier, const struct profile *later,
                                  struct profile *delta) {
  delta->duration_nanos = later->duration_nanos - earlier->duration_nanos;
  delta->time_nanos = earlier->time_nanos + earlier->duration_nanos;
  struct error *err = sample_type_set_default(delta, SAMPLE_ALLOC_SPACE);
  return err ? err : copy_comments(later, delta);
}

struct error *recording_profile_subtract(struct profile *earlier, struct profile *later,
                                         struct profile **ret) {
  _cleanup_profile_ struct profile *both = NULL, *delta = NULL;
  set_live_later(earlier, false);
  set_live_later(later, true);
  struct error *err = profile_subtract(later, earlier, &both);
  if (!err)
    err = finish_live(both, &delta);
  if (!err)
    err = finish_delta(earlier, later, delta);
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
  _cleanup_profile_ struct profile *delta = NULL;
  earlier->n_sample_types = later->n_sample_types = N_TYPES_OF_DELTA;
  struct error *err = profile_subtract(later, earlier, &delta);
  if (!err)
    err = finish_delta(earlier, later, delta);
  if (!err)
    *ret = no_cleanup_ptr(delta);
  return err;
}
