#include "model/drop_locations.h"

#include "base/cleanup.h"

static void mark_used(const struct profile *profile, bool *used) {
  for (size_t i = 0; i < profile->n_samples; i++)
    for (uint32_t k = 0; k < profile->samples[i].n_locations; k++)
      used[profile->samples[i].locations[k]] = true;
}

/* moved_to has the new index of each location that stays. */
static void keep_used(struct profile *profile, const bool *used, uint32_t *moved_to) {
  uint32_t n = 0;
  for (size_t i = 0; i < profile->n_locations; i++) {
    moved_to[i] = n;
    if (used[i])
      profile->locations[n++] = profile->locations[i];
  }
  profile->n_locations = n;
}

struct error *profile_drop_locations(struct profile *profile) {
  _cleanup_free_ bool *used = calloc(profile->n_locations + 1, sizeof(*used));
  _cleanup_free_ uint32_t *moved_to = calloc(profile->n_locations + 1, sizeof(*moved_to));
  if (!used || !moved_to)
    return &error_no_memory;
  mark_used(profile, used);
  keep_used(profile, used, moved_to);
  for (size_t i = 0; i < profile->n_samples; i++)
    for (uint32_t k = 0; k < profile->samples[i].n_locations; k++)
      profile->samples[i].locations[k] = moved_to[profile->samples[i].locations[k]];
  return NULL;
}
