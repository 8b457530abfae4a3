/* The destination's things are found by content: strings are interned in the destination first, so
 * that equal content means equal pointers and indices, and keys can be hashed and compared cheaply.
 * Each source has tables from its indices to the destination's, filled on first use: what no sample
 * refers to is never copied. */
#include "model/merge.h"

#include "base/cleanup.h"
#include "model/compatible.h"
#include "model/copy.h"
#include "model/error_bar.h"
#include "model/hash_index.h"
#include "model/moments_text.h"
#include "model/saturate.h"

#include <string.h>
#include <xxhash.h>

struct merger {
  struct profile *profile; /* the result */
  struct copier copier;    /* for all but samples */
  struct hash_index samples, comments;
  uint32_t *places; /* of the only source's samples; NULL: nobody asks */
  bool label_rates; /* sources differ in default_rate, so each sample has to say its own */
};

static bool same_sample(const void *context, uint32_t index, const void *key) {
  const struct profile_sample *a = &((const struct profile *)context)->samples[index], *b = key;
  return a->n_locations == b->n_locations && a->n_labels == b->n_labels &&
         memcmp(a->locations, b->locations, a->n_locations * sizeof(*a->locations)) == 0 &&
         memcmp(a->labels, b->labels, a->n_labels * sizeof(*a->labels)) == 0;
}

static uint64_t hash_sample(const struct profile_sample *sample) {
  uint64_t hash = XXH3_64bits(sample->locations, sample->n_locations * sizeof(*sample->locations));
  return XXH3_64bits_withSeed(sample->labels, sample->n_labels * sizeof(*sample->labels), hash);
}

/* By content and not by pointer, so that a merge gives the same file each time. */
static int compare_labels(const void *x, const void *y) {
  const struct profile_label *a = x, *b = y;
  int c = strcmp(a->key, b->key);
  if (!c)
    c = strcmp(a->str, b->str);
  if (!c)
    c = (a->num > b->num) - (a->num < b->num);
  return c ? c : strcmp(a->unit, b->unit);
}

static struct error *copy_labels(struct merger *merger, const struct profile *source,
                                 const struct profile_sample *from, struct profile_sample *to) {
  struct profile *profile = merger->profile;
  int64_t rate;
  bool add_rate = merger->label_rates && !profile_sample_number(from, PROFILE_LABEL_RATE, &rate);
  to->labels = profile_array(profile, from->n_labels + (size_t)add_rate, sizeof(*to->labels));
  if (!to->labels)
    return &error_no_memory;
  for (uint32_t i = 0; i < from->n_labels; i++)
    if (!copy_label(profile, &from->labels[i], &to->labels[to->n_labels++]))
      return &error_no_memory;
  if (add_rate) {
    struct profile_label label = {.key = PROFILE_LABEL_RATE,
                                  .str = "",
                                  .num = source->default_rate > 1 ? source->default_rate : 1,
                                  .unit = "bytes"};
    if (!copy_label(profile, &label, &to->labels[to->n_labels++]))
      return &error_no_memory;
  }
  return NULL;
}

static struct error *copy_stack(struct merger *merger, const struct profile_sample *from,
                                struct profile_sample *to) {
  to->n_locations = from->n_locations;
  to->locations = profile_array(merger->profile, from->n_locations, sizeof(*to->locations));
  if (!to->locations)
    return &error_no_memory;
  for (uint32_t i = 0; i < from->n_locations; i++) {
    struct error *err = copier_location(&merger->copier, from->locations[i], &to->locations[i]);
    if (err)
      return err;
  }
  return NULL;
}

static bool is_zero(const struct profile *profile, const struct profile_sample *sample) {
  for (size_t i = 0; i < profile->n_sample_types; i++)
    if (sample->values[i] != 0)
      return false;
  return true;
}

static int64_t scaled(int64_t value, double factor) {
  if (factor == 1)
    return value;
  /* Exact for -1, where a double would lose the low bits of large values. */
  return factor == -1 ? saturating_subtract(0, value) : saturating_round((double)value * factor);
}

static void add_values(struct merger *merger, const struct profile_sample *from, double factor,
                       struct profile_sample *to) {
  for (size_t i = 0; i < merger->profile->n_sample_types; i++)
    to->values[i] = saturating_add(to->values[i], scaled(from->values[i], factor));
}

static struct error *merge_sample(struct merger *merger, const struct profile *source,
                                  const struct profile_sample *from, double factor,
                                  uint32_t *place) {
  struct profile *profile = merger->profile;
  struct profile_sample sample = {0};
  struct error *err = copy_stack(merger, from, &sample);
  if (!err)
    err = copy_labels(merger, source, from, &sample);
  if (err)
    return err;
  qsort(sample.labels, sample.n_labels, sizeof(*sample.labels), compare_labels);
  uint64_t hash = hash_sample(&sample);
  uint32_t index = hash_index_find(&merger->samples, hash, same_sample, profile, &sample);
  if (index == HASH_INDEX_NONE) {
    index = (uint32_t)profile->n_samples;
    sample.values = profile_array(profile, profile->n_sample_types, sizeof(*sample.values));
    if (!sample.values || !hash_index_add(&merger->samples, hash, index))
      return &error_no_memory;
    err = profile_add_sample(profile, &sample);
    if (err)
      return err;
  }
  add_values(merger, from, factor, &profile->samples[index]);
  *place = index;
  return NULL;
}

static bool same_comment(const void *context, uint32_t index, const void *key) {
  return ((const struct profile *)context)->comments[index] == key;
}

/* Comments whose numbers are sums: two processes that did the same did it twice. */
static bool adds_up(const char *comment) {
  static const char *const begins[] = {
      "totals: ", "rates: ", "sizes: ", "peak: ", "dropped: ", "paused: ", "stacks: "};
  for (size_t i = 0; i < sizeof(begins) / sizeof(*begins); i++)
    if (!strncmp(comment, begins[i], strlen(begins[i])))
      return true;
  return false;
}

static struct error *merge_comment(struct merger *merger, const char *text) {
  const char *comment = profile_string(merger->profile, text);
  uint64_t hash = XXH3_64bits(&comment, sizeof(comment));
  if (!comment)
    return &error_no_memory;
  if (adds_up(comment))
    return profile_add_comment(merger->profile, comment);
  if (hash_index_find(&merger->comments, hash, same_comment, merger->profile, comment) !=
      HASH_INDEX_NONE)
    return NULL;
  if (!hash_index_add(&merger->comments, hash, (uint32_t)merger->profile->n_comments))
    return &error_no_memory;
  return profile_add_comment(merger->profile, comment);
}

static struct error *merge_profile(struct merger *merger, const struct profile *source,
                                   double factor) {
  struct error *err = copier_begin(&merger->copier, source);
  for (size_t i = 0; i < source->n_comments && !err; i++)
    if (!moments_is_comment(source->comments[i])) /* samples get other places */
      err = merge_comment(merger, source->comments[i]);
  for (size_t i = 0; i < source->n_samples && !err; i++) {
    uint32_t place = PROFILE_NONE;
    if (!is_zero(source, &source->samples[i]))
      err = merge_sample(merger, source, &source->samples[i], factor, &place);
    if (merger->places)
      merger->places[i] = place;
  }
  return err;
}

static struct error *merge_headers(struct merger *merger, const struct profile *const *profiles,
                                   size_t n) {
  struct profile *result = merger->profile;
  struct error *err = copy_header(result, profiles[0]);
  for (size_t i = 1; i < n && !err; i++) {
    const struct profile *source = profiles[i];
    if (source->time_nanos && (!result->time_nanos || source->time_nanos < result->time_nanos))
      result->time_nanos = source->time_nanos;
    result->duration_nanos = saturating_add(result->duration_nanos, source->duration_nanos);
    if (source->period > result->period)
      result->period = source->period;
    if (!*result->default_sample_type &&
        !(result->default_sample_type = profile_string(result, source->default_sample_type)))
      return &error_no_memory;
    merger->label_rates |= source->default_rate != result->default_rate;
  }
  if (merger->label_rates)
    result->default_rate = 0;
  return err;
}

static bool any_zero_sample(const struct profile *profile) {
  for (size_t i = 0; i < profile->n_samples; i++)
    if (is_zero(profile, &profile->samples[i]))
      return true;
  return false;
}

static struct error *merge_into(struct merger *merger, const struct profile *const *profiles,
                                const double *factors, size_t n) {
  struct error *err = merge_headers(merger, profiles, n);
  for (size_t i = 0; i < n && !err; i++)
    err = merge_profile(merger, profiles[i], factors ? factors[i] : 1);
  return err;
}

static struct error *merge_all(const struct profile *const *profiles, const double *factors,
                               const char *const *names, size_t n, uint32_t *places,
                               struct profile **ret) {
  _cleanup_profile_ struct profile *profile = NULL;
  struct error *err = NULL;
  for (size_t i = 1; i < n && !err; i++)
    err = profile_check_compatible(profiles, names, i);
  if (!err)
    err = profile_create(&profile);
  if (err)
    return err;
  struct merger merger = {.profile = profile, .places = places};
  copier_init(&merger.copier, profile);
  err = merge_into(&merger, profiles, factors, n);
  copier_deinit(&merger.copier);
  hash_index_deinit(&merger.samples);
  hash_index_deinit(&merger.comments);
  /* Samples that cancelled out leave locations behind to which nothing refers. */
  if (!err && any_zero_sample(profile))
    return profile_compact(profile, ret);
  if (err)
    return err;
  *ret = profile;
  profile = NULL;
  return NULL;
}

struct error *profile_merge_scaled(const struct profile *const *profiles, const double *factors,
                                   const char *const *names, size_t n, struct profile **ret) {
  return merge_all(profiles, factors, names, n, NULL, ret);
}

struct error *profile_merge(const struct profile *const *profiles, const char *const *names,
                            size_t n, struct profile **ret) {
  return profile_merge_scaled(profiles, NULL, names, n, ret);
}

struct error *profile_compact(const struct profile *profile, struct profile **ret) {
  return profile_merge(&profile, NULL, 1, ret);
}

struct error *profile_compact_placed(const struct profile *profile, uint32_t *places,
                                     struct profile **ret) {
  return merge_all(&profile, NULL, NULL, 1, places, ret);
}

struct error *profile_subtract(const struct profile *profile, const struct profile *base,
                               struct profile **ret) {
  const struct profile *profiles[] = {profile, base};
  const char *const names[] = {"the new profile", "the base"};
  return profile_merge_scaled(profiles, (const double[]){1, -1}, names, 2, ret);
}

void profile_scale(struct profile *profile, double factor) {
  for (size_t i = 0; i < profile->n_samples; i++)
    for (size_t j = 0; j < profile->n_sample_types; j++)
      profile->samples[i].values[j] = scaled(profile->samples[i].values[j], factor);
}
