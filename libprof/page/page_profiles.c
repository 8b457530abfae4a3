#include "page/page_profiles.h"

#include "report/lifetimes.h"

#include <string.h>

static bool find_in_all(const struct page_profiles *profiles, struct page_type *type) {
  for (size_t side = 0; side < profiles->n_sides; side++) {
    const struct profile *profile = profiles->sides[side].profile;
    int index = profile_sample_type(profile, type->type);
    if (index < 0 || strcmp(profile->sample_types[index].unit, type->unit) != 0)
      return false;
    type->index[side] = index;
  }
  return true;
}

struct error *page_profiles_find_types(struct page_profiles *profiles, int shown) {
  const struct profile *last = profiles->sides[profiles->n_sides - 1].profile;
  for (size_t i = 0; i < last->n_sample_types && profiles->n_types < PAGE_MOST_TYPES; i++) {
    struct page_type type = {last->sample_types[i].type, last->sample_types[i].unit, {0}};
    if (lifetimes_is_type(last, (int)i) || !strncmp(type.type, "history_", 8) ||
        !find_in_all(profiles, &type))
      continue;
    if ((int)i == shown)
      profiles->shown = profiles->n_types;
    profiles->types[profiles->n_types++] = type;
  }
  if (profiles->n_types)
    return NULL;
  return error_create(ERROR_BAD_INPUT, "the profiles %s and %s have no sample type in common",
                      profiles->sides[0].name, profiles->sides[profiles->n_sides - 1].name);
}

size_t page_profiles_items(const struct page_profiles *profiles) {
  size_t n = 0;
  for (size_t i = 0; i < profiles->n_sides; i++)
    n += profiles->sides[i].profile->n_samples;
  return n;
}
