#include "advise/reusable.h"

#include "advise/rule_reuse.h"
#include "model/sample_types.h"

#include <math.h>

static struct error *add_types(struct profile *profile) {
  enum { N = N_ALLOCATION_SAMPLE_TYPES - N_ADVISED_SAMPLE_TYPES };
  struct profile_value_type types[N];
  for (int i = 0; i < N; i++) {
    const struct sample_type_info *info = &sample_types[SAMPLE_REUSABLE_OBJECTS + i];
    types[i] = (struct profile_value_type){info->name, info->unit};
  }
  return profile_add_sample_types(profile, types, N);
}

/* The buffers themselves are allocated: each object's bytes are less by its part of them. */
static void set_site(struct profile *profile, const struct advise_site *site,
                     const struct reuse *reuse) {
  int all = sample_type_index(profile, SAMPLE_HISTORY_OBJECTS);
  int reusable = sample_type_index(profile, SAMPLE_REUSABLE_OBJECTS);
  double saved = 1 - reuse->kept / (site->bytes * reuse->part);
  for (size_t i = 0; i < site->lives.count; i++) {
    const struct life *life = site->lives.data[i];
    int64_t *values = profile->samples[life->birth - profile->samples].values;
    if (life->size > reuse->size)
      continue;
    values[reusable] = values[all];
    values[reusable + 1] = llround(fmin((double)values[all + 1] * saved, 0x1p62));
  }
}

struct error *reusable_add(struct profile *profile) {
  _cleanup_advise_sites_ struct advise_sites sites = {0};
  if (!advise_sites_known(profile) || sample_type_index(profile, SAMPLE_REUSABLE_OBJECTS) >= 0)
    return NULL;
  struct error *err = advise_sites_create(profile, &sites);
  if (!err && sites.sites.count)
    err = add_types(profile);
  for (size_t i = 0; i < sites.sites.count && !err; i++) {
    const struct advise_site *site = &sites.sites.data[i];
    struct rule_view view = {&sites, site, NULL, traits_of(&sites, site)};
    struct reuse reuse = reuse_of(&view);
    if (reuse.applies)
      set_site(profile, site, &reuse);
  }
  return err;
}
