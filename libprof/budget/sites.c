#include "budget/sites.h"

#include "base/cleanup.h"
#include "budget/moved.h"
#include "model/sample_types.h"

#include <string.h>

struct building {
  struct sites *sites;
  struct alignment alignment;
  VECTOR(struct site_presence) stacks; /* by stack of the alignment */
  VECTOR(struct site_presence) names;  /* by name */
};

static struct error *site_note(struct building *building, uint32_t stack, int64_t bytes,
                               bool is_new) {
  const struct alignment *alignment = &building->alignment;
  while (building->stacks.count < alignment->stacks.count)
    if (!VECTOR_PUSH(&building->stacks, (struct site_presence){0}))
      return &error_no_memory;
  while (building->names.count < alignment->names.count)
    if (!VECTOR_PUSH(&building->names, (struct site_presence){0}))
      return &error_no_memory;
  site_presence_note(&building->stacks.data[stack], bytes, is_new);
  for (size_t i = 0; i < alignment->row.count; i++)
    site_presence_note(&building->names.data[alignment->row.data[i]], 0, is_new);
  return NULL;
}

/* Any figure that is not 0 makes it be there. */
static bool is_there(const struct profile *profile, const struct profile_sample *sample) {
  for (size_t i = 0; i < profile->n_sample_types; i++)
    if (sample->values[i])
      return true;
  return false;
}

static int weighing_type(const struct profile *profile) {
  int type = sample_type_index(profile, SAMPLE_ALLOC_SPACE);
  return type < 0 ? profile_sample_type(profile, NULL) : type;
}

static struct error *add_profile(struct building *building, size_t index) {
  struct site_profile *to = &building->sites->profiles[index];
  const struct profile *profile = to->profile;
  int type = weighing_type(profile);
  to->sites = malloc((profile->n_samples + 1) * sizeof(*to->sites));
  if (!to->sites)
    return &error_no_memory;
  struct error *err = alignment_begin(&building->alignment, profile);
  for (size_t i = 0; i < profile->n_samples && !err; i++) {
    const struct profile_sample *sample = &profile->samples[i];
    to->sites[i] = SITES_NONE;
    if (!is_there(profile, sample))
      continue;
    err = alignment_stack(&building->alignment, sample, &to->sites[i]);
    if (!err)
      err = site_note(building, to->sites[i], sample->values[type],
                      index == building->sites->n_bases);
  }
  alignment_end(&building->alignment);
  return err;
}

static struct error *name_site(struct building *building, size_t index) {
  const struct aligned_stack *stack = &building->alignment.stacks.data[index];
  struct site *site = &building->sites->sites[index];
  const char **names = arena_calloc(&building->sites->arena, stack->n_names, sizeof(*names));
  if (!names)
    return &error_no_memory;
  for (uint32_t i = 0; i < stack->n_names; i++)
    names[i] = building->alignment.names.data[stack->names[i]].text;
  *site = (struct site){.names = names,
                        .n_names = stack->n_names,
                        .in_base = building->stacks.data[index].in_base,
                        .in_new = building->stacks.data[index].in_new};
  return NULL;
}

/* A moved stack's samples of the bases count for what it is now. */
static void sites_move(struct sites *sites, const uint32_t *moved_to) {
  for (size_t i = 0; i < sites->n_sites; i++)
    if (moved_to[i] != SITES_NONE) {
      sites->sites[moved_to[i]].moved = sites->sites[moved_to[i]].in_base = true;
      sites->sites[i].in_base = false;
    }
  for (size_t p = 0; p < sites->n_bases; p++)
    for (size_t i = 0; i < sites->profiles[p].profile->n_samples; i++) {
      uint32_t *site = &sites->profiles[p].sites[i];
      if (*site != SITES_NONE && moved_to[*site] != SITES_NONE)
        *site = moved_to[*site];
    }
}

static struct error *find_moved(struct building *building) {
  struct moved_input input = {building->alignment.stacks.data, building->stacks.data,
                              building->alignment.stacks.count, building->names.data};
  _cleanup_free_ uint32_t *moved_to = NULL;
  if (!building->sites->n_bases)
    return NULL;
  struct error *err = moved_find(&input, &moved_to);
  if (!err)
    sites_move(building->sites, moved_to);
  return err;
}

static struct error *sites_build(struct building *building) {
  struct sites *sites = building->sites;
  struct error *err = NULL;
  for (size_t i = 0; i <= sites->n_bases && !err; i++)
    err = add_profile(building, i);
  if (err)
    return err;
  sites->n_sites = building->alignment.stacks.count;
  sites->sites = calloc(sites->n_sites + 1, sizeof(*sites->sites));
  if (!sites->sites)
    return &error_no_memory;
  for (size_t i = 0; i < sites->n_sites && !err; i++)
    err = name_site(building, i);
  return err ? err : find_moved(building);
}

struct error *sites_create(const struct profile *const *bases, const char *const *names,
                           size_t n_bases, const struct profile *new, const char *new_name,
                           struct sites **ret) {
  _cleanup_sites_ struct sites *sites = calloc(1, sizeof(*sites));
  if (!sites)
    return &error_no_memory;
  sites->profiles = calloc(n_bases + 1, sizeof(*sites->profiles));
  if (!sites->profiles)
    return &error_no_memory;
  sites->n_bases = n_bases;
  for (size_t i = 0; i < n_bases; i++)
    sites->profiles[i] = (struct site_profile){bases[i], names[i], NULL, NULL};
  sites->profiles[n_bases] = (struct site_profile){new, new_name, NULL, NULL};
  struct building building = {.sites = sites};
  alignment_init(&building.alignment, &sites->arena);
  struct error *err = sites_build(&building);
  alignment_deinit(&building.alignment);
  VECTOR_DEINIT(&building.stacks);
  VECTOR_DEINIT(&building.names);
  if (!err)
    *ret = no_cleanup_ptr(sites);
  return err;
}

void sites_destroy(struct sites *sites) {
  if (!sites)
    return;
  for (size_t i = 0; sites->profiles && i <= sites->n_bases; i++) {
    free(sites->profiles[i].sites);
    free(sites->profiles[i].owners);
  }
  free(sites->profiles);
  free(sites->sites);
  arena_deinit(&sites->arena);
  free(sites);
}
