#include "model/leak_kinds.h"

#include <stdio.h>
#include <string.h>

const char *const leak_kind_names[N_LEAK_KINDS] = {"definite", "indirect", "possible", "reachable",
                                                   "suppressed"};

struct error *leak_kinds_set(struct profile *profile) {
  struct profile_value_type types[2 * N_LEAK_KINDS];
  for (int i = 0; i < 2 * N_LEAK_KINDS; i++) {
    char name[32];
    snprintf(name, sizeof(name), "%s_%s", leak_kind_names[i / 2], i % 2 ? "space" : "objects");
    types[i] = (struct profile_value_type){profile_string(profile, name),
                                           profile_string(profile, i % 2 ? "bytes" : "count")};
    if (!types[i].type || !types[i].unit)
      return &error_no_memory;
  }
  profile->default_sample_type = types[leak_bytes(LEAK_DEFINITE)].type;
  return profile_set_sample_types(profile, types, 2 * N_LEAK_KINDS);
}

bool leak_label(const struct profile_sample *sample, const char *key, int64_t *ret) {
  for (uint32_t i = 0; i < sample->n_labels; i++)
    if (!strcmp(sample->labels[i].key, key)) {
      *ret = sample->labels[i].num;
      return true;
    }
  return false;
}

const char *leak_text_label(const struct profile_sample *sample, const char *key) {
  for (uint32_t i = 0; i < sample->n_labels; i++)
    if (!strcmp(sample->labels[i].key, key))
      return sample->labels[i].str;
  return NULL;
}

const char *leak_text(const struct profile_sample *sample, const char *prefix,
                      enum leak_kind kind) {
  char key[64];
  snprintf(key, sizeof(key), "%s%s", prefix, leak_kind_names[kind]);
  return leak_text_label(sample, key);
}
