#include "model/join.h"

#include "base/cleanup.h"
#include "model/copy.h"
#include "model/moments_text.h"

#include <string.h>

static struct error *join_types(const struct profile *a, const struct profile *b,
                                struct profile *to) {
  size_t n = a->n_sample_types + b->n_sample_types;
  _cleanup_free_ struct profile_value_type *types = calloc(n, sizeof(*types));
  if (!types)
    return &error_no_memory;
  for (size_t i = 0; i < n; i++) {
    bool is_b = i >= a->n_sample_types;
    const struct profile_value_type *from =
        is_b ? &b->sample_types[i - a->n_sample_types] : &a->sample_types[i];
    if (is_b && profile_sample_type(a, from->type) >= 0)
      return error_create(ERROR_BAD_INPUT, "both profiles have the sample type \"%s\"", from->type);
    types[i] =
        (struct profile_value_type){profile_string(to, from->type), profile_string(to, from->unit)};
    if (!types[i].type || !types[i].unit)
      return &error_no_memory;
  }
  return profile_set_sample_types(to, types, n);
}

static struct error *join_sample(struct copier *copier, const struct profile_sample *from,
                                 size_t first, size_t n_types) {
  struct profile *to = copier->to;
  struct profile_sample sample = {
      .n_locations = from->n_locations,
      .n_labels = from->n_labels,
      .locations = profile_array(to, from->n_locations, sizeof(*sample.locations)),
      .labels = profile_array(to, from->n_labels, sizeof(*sample.labels)),
      .values = profile_array(to, to->n_sample_types, sizeof(*sample.values)),
  };
  if (!sample.locations || !sample.labels || !sample.values)
    return &error_no_memory;
  memcpy(sample.values + first, from->values, n_types * sizeof(*sample.values));
  struct error *err = NULL;
  for (uint32_t i = 0; i < from->n_locations && !err; i++)
    err = copier_location(copier, from->locations[i], &sample.locations[i]);
  for (uint32_t i = 0; i < from->n_labels && !err; i++)
    err = copy_label(to, &from->labels[i], &sample.labels[i]) ? NULL : &error_no_memory;
  return err ? err : profile_add_sample(to, &sample);
}

static struct error *join_samples(struct copier *copier, const struct profile *from, size_t first) {
  struct error *err = copier_begin(copier, from);
  for (size_t i = 0; i < from->n_samples && !err; i++)
    err = join_sample(copier, &from->samples[i], first, from->n_sample_types);
  return err;
}

static struct error *fill(struct copier *copier, const struct profile *a, const struct profile *b) {
  struct error *err = copy_header(copier->to, a);
  if (!err)
    err = join_types(a, b, copier->to);
  if (!err)
    err = join_samples(copier, a, 0);
  if (!err)
    err = join_samples(copier, b, a->n_sample_types);
  for (size_t i = 0; i < a->n_comments && !err; i++)
    if (!moments_is_comment(a->comments[i]))
      err = profile_add_comment(copier->to, a->comments[i]);
  return err;
}

struct error *profile_join(const struct profile *a, const struct profile *b, struct profile **ret) {
  _cleanup_profile_ struct profile *to = NULL;
  struct copier copier;
  struct error *err = profile_create(&to);
  if (err)
    return err;
  copier_init(&copier, to);
  err = fill(&copier, a, b);
  copier_deinit(&copier);
  if (!err)
    *ret = no_cleanup_ptr(to);
  return err;
}
