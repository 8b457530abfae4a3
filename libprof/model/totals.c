#include "model/totals.h"

#include "model/saturate.h"

#include <inttypes.h>
#include <stdio.h>

bool profile_totals(const struct profile *profile, struct profile_totals *ret) {
  struct profile_totals sum = {0}, one;
  bool found = false;
  for (size_t i = 0; i < profile->n_comments; i++) {
    if (sscanf(profile->comments[i],
               "totals: allocs=%" SCNu64 " frees=%" SCNu64 " bytes=%" SCNu64 " threads=%" SCNu64,
               &one.allocs, &one.frees, &one.bytes, &one.threads) != 4)
      continue;
    sum.allocs += one.allocs;
    sum.frees += one.frees;
    sum.bytes += one.bytes;
    sum.threads += one.threads;
    found = true;
  }
  if (found)
    *ret = sum;
  return found;
}

#define PEAK_RSS "memory: peak_rss="

uint64_t profile_peak_rss(const struct profile *profile) {
  uint64_t most = 0, one;
  for (size_t i = 0; i < profile->n_comments; i++)
    if (sscanf(profile->comments[i], PEAK_RSS "%" SCNu64, &one) == 1 && one > most)
      most = one;
  return most;
}

uint64_t profile_cpu_ns(const struct profile *profile) {
  uint64_t sum = 0, one;
  for (size_t i = 0; i < profile->n_comments; i++)
    if (sscanf(profile->comments[i], "cpu: ns=%" SCNu64, &one) == 1)
      sum += one;
  return sum;
}

struct error *profile_set_peak_rss(struct profile *profile, uint64_t bytes) {
  char comment[64];
  snprintf(comment, sizeof(comment), PEAK_RSS "%" PRIu64, bytes);
  return profile_add_comment(profile, comment);
}

int64_t profile_type_sum(const struct profile *profile, enum sample_type type) {
  int index = sample_type_index(profile, type);
  int64_t sum = 0;
  for (size_t i = 0; index >= 0 && i < profile->n_samples; i++)
    sum = saturating_add(sum, profile->samples[i].values[index]);
  return sum;
}
