#include "model/error_bar.h"

#include "model/history_labels.h"
#include "model/rates.h"
#include "model/sample_types.h"
#include "model/totals.h"

#include <math.h>
#include <string.h>

double error_bars_size(const struct error_bars *bars, const struct profile_sample *sample) {
  int64_t bytes;
  if (profile_sample_number(sample, PROFILE_LABEL_BYTES, &bytes))
    return bytes < 0 ? -1 : (double)bytes;
  if (bars->objects < 0 || bars->space < 0 || sample->values[bars->objects] == 0)
    return -1;
  return fabs((double)sample->values[bars->space] / (double)sample->values[bars->objects]);
}

double sampling_probability(double rate, double size) {
  /* -expm1(-x) is 1 - exp(-x) without losing the digits of a small x. */
  return rate > 1 && size >= 0 ? -expm1(-(size + 1) / rate) : 1;
}

/* The peak is the largest of many estimates: one of each state that the heap had, and two states
 * are about independent once all of it was replaced. */
static double looks_of(const struct profile *profile, int type) {
  double allocated = (double)profile_type_sum(profile, SAMPLE_ALLOC_SPACE);
  double peak = (double)profile_type_sum(profile, SAMPLE_PEAK_SPACE);
  bool is_peak = type == sample_type_index(profile, SAMPLE_PEAK_SPACE) ||
                 type == sample_type_index(profile, SAMPLE_PEAK_OBJECTS);
  return is_peak && peak > 0 && allocated > peak ? allocated / peak : 1;
}

struct error_bars error_bars_of(const struct profile *profile, int type) {
  return (struct error_bars){.profile = profile,
                             .type = type,
                             .objects = profile_objects_type(profile, type),
                             .space = profile_space_type(profile, type),
                             .unseen = profile_unseen(profile),
                             .looks = looks_of(profile, type)};
}

double error_bars_variance(const struct error_bars *bars, const struct profile_sample *sample) {
  double rate = profile_sample_rate(bars->profile, sample);
  if (bars->objects < 0 || rate <= 1)
    return 0;
  double size = error_bars_size(bars, sample), p = sampling_probability(rate, size);
  double per_object = bars->type == bars->space ? size * size : 1;
  /* Finite: p is at least 2^-63 and each factor at most 2^63. */
  return fabs((double)sample->values[bars->objects]) * (1 - p) / p * per_object;
}

double profile_sample_variance(const struct profile *profile, const struct profile_sample *sample,
                               int type) {
  struct error_bars bars = error_bars_of(profile, type);
  return error_bars_variance(&bars, sample);
}

double error_bars_probability(const struct error_bars *bars, const struct profile_sample *sample) {
  double rate = profile_sample_rate(bars->profile, sample);
  return rate > 1 ? sampling_probability(rate, error_bars_size(bars, sample)) : 1;
}

double profile_sample_probability(const struct profile *profile,
                                  const struct profile_sample *sample) {
  struct error_bars bars = error_bars_of(profile, profile_sample_type(profile, NULL));
  return error_bars_probability(&bars, sample);
}

bool profile_is_exact(const struct profile *profile) {
  struct error_bars bars = error_bars_of(profile, profile_sample_type(profile, NULL));
  for (size_t i = 0; i < profile->n_samples; i++)
    if (!sample_is_history(&profile->samples[i]) &&
        error_bars_probability(&bars, &profile->samples[i]) < 1)
      return false;
  return true;
}

double error_bar(double variance) {
  return ERROR_BAR_Z * sqrt(variance);
}
