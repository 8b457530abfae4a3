#include "model/known_totals.h"

#include "model/number_pairs.h"
#include "model/totals.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define SIZES "sizes: "

unsigned size_log(double size) {
  return size < 2 ? 0 : (unsigned)fmin(ilogb(size), SIZE_LOGS - 1);
}

static bool begins(const char *comment, const char *with) {
  return !strncmp(comment, with, strlen(with));
}

static size_t count_comments(const struct profile *profile, const char *with) {
  size_t n = 0;
  for (size_t i = 0; i < profile->n_comments; i++)
    n += begins(profile->comments[i], with);
  return n;
}

static void read_sizes(struct known_totals *known, const char *text) {
  double size, calls;
  while (number_pair_next(&text, &size, &calls))
    known->by_size[size_log(size)] += calls;
}

/* The blocks of all processes; below 0 if one has none. */
static double peak_of(const struct profile *profile, size_t n_processes) {
  double sum = 0;
  uint64_t blocks;
  for (size_t i = 0; i < profile->n_comments; i++)
    if (sscanf(profile->comments[i], "peak: blocks=%" SCNu64, &blocks) == 1)
      sum += (double)blocks;
  return count_comments(profile, "peak: ") == n_processes ? sum : -1;
}

static bool is_forked(const struct profile *profile) {
  for (size_t i = 0; i < profile->n_comments; i++)
    if (begins(profile->comments[i], "process: ") && strstr(profile->comments[i], " forked"))
      return true;
  return false;
}

bool known_totals_of(const struct profile *profile, struct known_totals *ret) {
  struct profile_totals totals;
  size_t n = count_comments(profile, "totals: ");
  if (!n || count_comments(profile, SIZES) != n || !profile_totals(profile, &totals) ||
      count_comments(profile, "dropped: ") || count_comments(profile, "paused: "))
    return false;
  *ret = (struct known_totals){.rates = profile_rates(profile)};
  for (size_t i = 0; i < profile->n_comments; i++)
    if (begins(profile->comments[i], SIZES))
      read_sizes(ret, profile->comments[i] + strlen(SIZES));
  /* A forked process has blocks that are not among its own calls. */
  ret->live = is_forked(profile) || totals.allocs < totals.frees
                  ? -1
                  : (double)(totals.allocs - totals.frees);
  ret->peak = ret->live < 0 ? -1 : peak_of(profile, n);
  return true;
}

void known_totals_forget(struct profile *profile) {
  size_t n = 0;
  for (size_t i = 0; i < profile->n_comments; i++)
    if (!begins(profile->comments[i], SIZES))
      profile->comments[n++] = profile->comments[i];
  profile->n_comments = n;
}
