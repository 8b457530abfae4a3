#include "leak/judge.h"

#include "leak/suppress.h"
#include "model/drop_locations.h"
#include "model/wrong_free.h"
#include "symbol/symbolize.h"

#include <string.h>

static bool is_shown(const struct profile_sample *sample, unsigned kinds) {
  for (int kind = 0; kind < N_LEAK_KINDS; kind++)
    if (kinds & 1u << kind && sample->values[leak_objects(kind)])
      return true;
  return false;
}

static void drop_unshown(struct profile *profile, unsigned kinds) {
  size_t n = 0;
  for (size_t i = 0; i < profile->n_samples; i++)
    if (is_shown(&profile->samples[i], kinds))
      profile->samples[n++] = profile->samples[i];
  profile->n_samples = n;
}

/* Naming costs most: stacks that will not be listed are not looked up. */
static struct error *name_shown(struct profile *profile, unsigned kinds) {
  drop_unshown(profile, kinds);
  struct error *err = profile_drop_locations(profile);
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
  wrong_free_keep_sure(&process->wrong_frees);
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
