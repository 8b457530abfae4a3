#include "leak/judge.h"

#include "base/vector.h"
#include "leak/suppress.h"
#include "model/drop_locations.h"
#include "model/leak_points.h"
#include "model/wrong_free.h"
#include "symbol/own_operators.h"
#include "symbol/symbolize.h"

#include <string.h>

static bool is_shown(const struct profile_sample *sample, unsigned kinds) {
  for (int kind = 0; kind < N_LEAK_KINDS; kind++)
    if (kinds & 1u << kind && sample->values[leak_objects(kind)])
      return true;
  return false;
}

struct sites {
  int64_t *data;
  size_t count, capacity;
};

static int compare_sites(const void *a, const void *b) {
  const int64_t *x = a, *y = b;
  return (*x > *y) - (*x < *y);
}

/* The stacks of blocks that a shown block points to (model/leak_points.h) need names as well. */
static bool find_pointed(const struct profile *profile, unsigned kinds, struct sites *ret) {
  for (size_t i = 0; i < profile->n_samples; i++) {
    const char *at = is_shown(&profile->samples[i], kinds)
                         ? leak_text(&profile->samples[i], LEAK_LABEL_POINTS, LEAK_DEFINITE)
                         : NULL;
    struct leak_point point;
    while (at && leak_point_next(&at, &point))
      if (point.class == LEAK_POINT_BLOCK && !VECTOR_PUSH(ret, point.site))
        return false;
  }
  if (ret->count)
    qsort(ret->data, ret->count, sizeof(*ret->data), compare_sites);
  return true;
}

static bool is_pointed(const struct profile_sample *sample, const struct sites *sites) {
  int64_t site;
  return sites->count && leak_label(sample, LEAK_LABEL_SITE, &site) &&
         bsearch(&site, sites->data, sites->count, sizeof(site), compare_sites);
}

static struct error *drop_unshown(struct profile *profile, unsigned kinds) {
  struct sites pointed = {0};
  size_t n = 0;
  bool done = find_pointed(profile, kinds, &pointed);
  for (size_t i = 0; done && i < profile->n_samples; i++)
    if (is_shown(&profile->samples[i], kinds) || is_pointed(&profile->samples[i], &pointed))
      profile->samples[n++] = profile->samples[i];
  if (done)
    profile->n_samples = n;
  VECTOR_DEINIT(&pointed);
  return done ? NULL : &error_no_memory;
}

/* Naming costs most: stacks that will not be listed are not looked up. */
static struct error *name_shown(struct profile *profile, unsigned kinds) {
  struct error *err = drop_unshown(profile, kinds);
  if (!err)
    err = profile_drop_locations(profile);
  return err ? err : symbolize_profile(profile, NULL);
}

static void sum_kinds(const struct profile *profile, struct leak_figure sums[N_LEAK_KINDS]) {
  for (int kind = 0; kind < N_LEAK_KINDS; kind++)
    sums[kind] = leak_kind_sum(profile, kind);
}

/* The totals also count what name_shown dropped, so that they change by what the suppressions
 * move. */
static struct error *suppress(struct leak_process *process, struct suppressions *suppressions) {
  struct leak_figure before[N_LEAK_KINDS], after[N_LEAK_KINDS];
  sum_kinds(process->profile, before);
  struct error *err = suppressions_apply(suppressions, process->profile);
  sum_kinds(process->profile, after);
  for (int kind = 0; kind < N_LEAK_KINDS; kind++) {
    process->total[kind].bytes += after[kind].bytes - before[kind].bytes;
    process->total[kind].objects += after[kind].objects - before[kind].objects;
  }
  return err;
}

static struct error *name_wrong_frees(struct leak_process *process) {
  struct error *err = process->wrong_frees ? symbolize_profile(process->wrong_frees, NULL) : NULL;
  wrong_free_keep_sure(&process->wrong_frees, module_has_no_operators);
  return err;
}

struct error *leak_process_judge(struct leak_process *process, unsigned kinds,
                                 struct suppressions *suppressions) {
  if (process->named)
    return NULL;
  process->named = true;
  struct error *err = name_wrong_frees(process);
  if (err || !process->profile)
    return err;
  sum_kinds(process->profile, process->total);
  err = name_shown(process->profile, kinds);
  if (!err && process->suppressions)
    err = suppressions_parse(suppressions, process->suppressions, strlen(process->suppressions),
                             "__lsan_default_suppressions");
  return err ? err : suppress(process, suppressions);
}
