#include "model/rates.h"

#include "model/history_labels.h"
#include "model/number_pairs.h"

#include <math.h>
#include <string.h>

#define COMMENT "rates: "

double profile_sample_rate(const struct profile *profile, const struct profile_sample *sample) {
  int64_t rate;
  return profile_sample_number(sample, PROFILE_LABEL_RATE, &rate) ? (double)rate
                                                                  : (double)profile->default_rate;
}

unsigned rate_log(double rate) {
  int log = rate > 1 ? (int)ceil(log2(rate)) : 0;
  return log < RATE_LOGS ? (unsigned)log : RATE_LOGS - 1;
}

void rates_add(struct rates *rates, double rate, double bytes) {
  if (!(rate > 1 && bytes > 0))
    return;
  unsigned log = rate_log(rate);
  rates->rate[log] = fmax(rates->rate[log], rate);
  rates->bytes[log] += bytes;
}

static void read_comment(struct rates *rates, const char *text) {
  double rate, bytes;
  while (number_pair_next(&text, &rate, &bytes))
    rates_add(rates, rate, bytes);
}

static void note_rate(struct rates *rates, double rate) {
  if (rate > 1 && rates->bytes[rate_log(rate)] == 0)
    rates_add(rates, rate, INFINITY);
}

static void read_samples(struct rates *rates, const struct profile *profile) {
  double last = 0;
  if (!profile->n_samples)
    note_rate(rates, (double)profile->default_rate);
  for (size_t i = 0; i < profile->n_samples; i++) {
    double rate = profile_sample_rate(profile, &profile->samples[i]);
    if (sample_is_history(&profile->samples[i])) /* its rate is of its own making */
      continue;
    if (rate != last) /* most have the rate of the one before */
      note_rate(rates, rate);
    last = rate;
  }
}

double rates_unseen(const struct rates *rates) {
  double left = UNSEEN_LENGTH, sum = 0;
  for (unsigned log = RATE_LOGS; log-- > 0 && left > 0;) {
    if (rates->rate[log] == 0)
      continue;
    double bytes = fmin(rates->bytes[log], left * rates->rate[log]);
    sum += bytes;
    left -= bytes / rates->rate[log];
  }
  return sum / UNSEEN_LENGTH;
}

struct rates profile_rates(const struct profile *profile) {
  struct rates rates = {0};
  for (size_t i = 0; i < profile->n_comments; i++)
    if (!strncmp(profile->comments[i], COMMENT, sizeof(COMMENT) - 1))
      read_comment(&rates, profile->comments[i] + sizeof(COMMENT) - 1);
  read_samples(&rates, profile);
  return rates;
}

double profile_unseen(const struct profile *profile) {
  struct rates rates = profile_rates(profile);
  return rates_unseen(&rates);
}
