#include "model/calibrate.h"

#include "model/calibration_effect.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Fewer objects, as whole numbers, are less exact than their bytes by a size that may be a quarter
 * off. */
enum { MANY = 8 };

static struct recorded_types types_of(const struct profile *profile) {
  struct recorded_types types;
  for (enum sample_type type = 0; type < N_RECORDED_SAMPLE_TYPES; type++)
    types.index[type] = sample_type_index(profile, type);
  return types;
}

/* A figure as it was estimated, before calibration; 0 if the profile lacks the type. */
static double raw_value(const struct recorded_types *types, const struct profile_sample *sample,
                        enum sample_type type) {
  const int64_t *values = sample->raw ? sample->raw : sample->values;
  return types->index[type] < 0 ? 0 : fmax((double)values[types->index[type]], 0);
}

/* The mean size. Sizes of a sample differ by up to a quarter, within two powers of two. The label
 * has the size of one; it is the mean unless the number of objects, which is rounded, says
 * otherwise. */
static double mean_size(const struct error_bars *bars, const struct recorded_types *types,
                        const struct profile_sample *sample) {
  double objects = raw_value(types, sample, SAMPLE_ALLOC_OBJECTS);
  double bytes = raw_value(types, sample, SAMPLE_ALLOC_SPACE);
  double one = fmax(error_bars_size(bars, sample), 0);
  if (fabs(bytes - one * objects) <= 0.5 * one + 1)
    return one;
  double least = one < 1 ? 0 : ldexp(1, (int)size_log(one)), most = fmax(2 * least - 1, 1);
  return fmin(fmax(bytes / fmax(objects, 1), fmax(one * 0.75, least)), fmin(one * 1.34, most));
}

/* The profile has whole objects. The bytes know parts of one, too. */
static double number_of(double objects, double bytes, double size) {
  if (size <= 0)
    return objects;
  double by_bytes = bytes / size;
  return objects < MANY || fabs(objects - by_bytes) <= 0.5 ? by_bytes : objects;
}

struct calibration_item calibration_item_of(const struct error_bars *bars,
                                            const struct recorded_types *types,
                                            const struct profile_sample *sample) {
  double size = mean_size(bars, types, sample), rate = profile_sample_rate(bars->profile, sample);
  double p = sampling_probability(rate, size);
  double objects = raw_value(types, sample, SAMPLE_ALLOC_OBJECTS),
         bytes = raw_value(types, sample, SAMPLE_ALLOC_SPACE),
         live = raw_value(types, sample, SAMPLE_INUSE_OBJECTS),
         live_bytes = raw_value(types, sample, SAMPLE_INUSE_SPACE),
         peak = raw_value(types, sample, SAMPLE_PEAK_OBJECTS),
         peak_bytes = raw_value(types, sample, SAMPLE_PEAK_SPACE);
  double drawn = (size > 0 ? bytes / size : objects) * p;
  return (struct calibration_item){size, rate, drawn,
                                   fmin(number_of(live, live_bytes, size) * p, drawn),
                                   fmin(number_of(peak, peak_bytes, size) * p, drawn)};
}

/* Values become whole numbers such that their sum over all samples does, too: what one is rounded
 * by is added to the next. */
struct rounder {
  double left[N_RECORDED_SAMPLE_TYPES];
};

static int64_t round_value(struct rounder *rounder, enum sample_type type, double value) {
  double wanted = value + rounder->left[type], whole = fmax(round(wanted), 0);
  rounder->left[type] = wanted - whole;
  return whole < 0x1p62 ? (int64_t)whole : INT64_MAX;
}

/* The figures of a sample, calibrated. */
struct figures {
  double value[N_RECORDED_SAMPLE_TYPES];
};

static double ratio(double a, double b) {
  return b > 0 ? a / b : 1;
}

/* Bytes and lifetimes change as the number of objects does. */
static struct figures figures_of(const struct profile_calibration *c, const struct error_bars *bars,
                                 const struct profile_sample *sample) {
  struct calibration_item item = calibration_item_of(bars, &c->types, sample);
  struct calibration_estimate before = calibration_estimate(NULL, &item),
                              after = calibration_estimate(&c->weights.now, &item),
                              at_peak = calibration_estimate(&c->weights.at_peak, &item);
  struct figures f = {{[SAMPLE_ALLOC_OBJECTS] = after.drawn,
                       [SAMPLE_ALLOC_SPACE] = after.drawn * item.size,
                       [SAMPLE_INUSE_OBJECTS] = after.live,
                       [SAMPLE_INUSE_SPACE] = ratio(after.live, before.live),
                       [SAMPLE_PEAK_OBJECTS] = at_peak.peak,
                       [SAMPLE_PEAK_SPACE] = ratio(at_peak.peak, before.peak),
                       [SAMPLE_LIFETIME] = ratio(after.freed, before.freed)}};
  f.value[SAMPLE_INUSE_SPACE] *= raw_value(&c->types, sample, SAMPLE_INUSE_SPACE);
  f.value[SAMPLE_PEAK_SPACE] *= raw_value(&c->types, sample, SAMPLE_PEAK_SPACE);
  f.value[SAMPLE_LIFETIME] *= raw_value(&c->types, sample, SAMPLE_LIFETIME);
  /* No more can live than was allocated, however few were rounded. */
  f.value[SAMPLE_INUSE_SPACE] = fmin(f.value[SAMPLE_INUSE_SPACE], f.value[SAMPLE_ALLOC_SPACE]);
  return f;
}

/* A sample's objects and bytes that live are no more than were allocated. */
static void bound_live(const struct recorded_types *types, int64_t *values) {
  for (int k = 0; k < 2; k++) {
    int live = types->index[SAMPLE_INUSE_OBJECTS + k],
        alloc = types->index[SAMPLE_ALLOC_OBJECTS + k];
    if (live >= 0 && alloc >= 0 && values[live] > values[alloc])
      values[live] = values[alloc];
  }
}

static bool is_estimated(const struct profile *profile, const struct recorded_types *types,
                         const struct profile_sample *sample) {
  /* Without allocations: a forked process got it from its parent. */
  return profile_sample_rate(profile, sample) > 1 &&
         raw_value(types, sample, SAMPLE_ALLOC_SPACE) +
                 raw_value(types, sample, SAMPLE_ALLOC_OBJECTS) >
             0;
}

static struct error *calibrate_sample(struct profile *profile, const struct error_bars *bars,
                                      const struct profile_calibration *c, struct rounder *rounder,
                                      struct profile_sample *sample) {
  if (!is_estimated(profile, &c->types, sample))
    return NULL;
  int64_t *values = profile_array(profile, profile->n_sample_types, sizeof(*values));
  if (!values)
    return &error_no_memory;
  memcpy(values, sample->values, profile->n_sample_types * sizeof(*values));
  struct figures figures = figures_of(c, bars, sample);
  for (enum sample_type type = 0; type < N_RECORDED_SAMPLE_TYPES; type++)
    if (c->types.index[type] >= 0)
      values[c->types.index[type]] = round_value(rounder, type, figures.value[type]);
  bound_live(&c->types, values);
  sample->raw = sample->values;
  sample->values = values;
  return NULL;
}

static struct error *calibrate_samples(struct profile *profile, const struct error_bars *bars,
                                       const struct profile_calibration *found) {
  struct profile_calibration *c = profile_array(profile, 1, sizeof(*c));
  struct rounder rounder = {0};
  struct error *err = c ? NULL : &error_no_memory;
  for (size_t i = 0; !err && i < profile->n_samples; i++)
    err = calibrate_sample(profile, bars, found, &rounder, &profile->samples[i]);
  if (err)
    return err;
  *c = *found;
  profile->calibration = c;
  return NULL;
}

struct error *calibrate_profile(struct profile *profile) {
  struct known_totals known;
  struct profile_calibration c = {.types = types_of(profile)};
  if (profile->calibration || c.types.index[SAMPLE_ALLOC_SPACE] < 0 ||
      c.types.index[SAMPLE_ALLOC_OBJECTS] < 0 || !known_totals_of(profile, &known))
    return NULL;
  struct error_bars bars = error_bars_of(profile, c.types.index[SAMPLE_ALLOC_OBJECTS]);
  struct calibration_item *items = calloc(profile->n_samples + 1, sizeof(*items));
  if (!items)
    return &error_no_memory;
  for (size_t i = 0; i < profile->n_samples; i++)
    items[i] = calibration_item_of(&bars, &c.types, &profile->samples[i]);
  bool found = calibrations_init(&c.weights, &known, items, profile->n_samples);
  free(items);
  return found ? calibrate_samples(profile, &bars, &c) : NULL;
}
