#include "model/wrong_free.h"

const char *const wrong_free_kinds[] = {"", "double", "interior", "stack", "global"};
_Static_assert(sizeof(wrong_free_kinds) / sizeof(*wrong_free_kinds) == N_WRONG_FREE_KINDS, "kinds");

struct error *wrong_free_set_types(struct profile *profile) {
  struct profile_value_type type = {profile_string(profile, "wrong_frees"),
                                    profile_string(profile, "count")};
  if (!type.type || !type.unit)
    return &error_no_memory;
  profile->default_sample_type = type.type;
  return profile_set_sample_types(profile, &type, 1);
}

int64_t wrong_free_calls(const struct profile *profile) {
  int64_t calls = 0;
  for (size_t i = 0; profile && i < profile->n_samples; i++)
    calls += profile->samples[i].values[0];
  return calls;
}
