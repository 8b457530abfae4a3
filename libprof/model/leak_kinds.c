#include "model/leak_kinds.h"

#include "model/sample_types.h"

#include <stdio.h>
#include <string.h>

const char *const leak_kind_names[N_LEAK_KINDS] = {"definite", "indirect", "possible", "reachable",
                                                   "suppressed"};

_Static_assert(SAMPLE_DEFINITE_OBJECTS + 2 * N_LEAK_KINDS == N_SAMPLE_TYPES, "a pair a kind");

struct error *leak_kinds_set(struct profile *profile) {
  return sample_types_set(profile, SAMPLE_DEFINITE_OBJECTS, 2 * N_LEAK_KINDS,
                          SAMPLE_DEFINITE_SPACE);
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
