#include "model/leak_kinds.h"

#include "model/leak_points.h"
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

bool leak_is_text_label(const char *key) {
  static const char *const prefixes[] = {LEAK_LABEL_WHY, LEAK_LABEL_CONTENTS, LEAK_LABEL_POINTS};
  for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++) {
    size_t n = strlen(prefixes[i]);
    for (int kind = 0; kind < N_LEAK_KINDS && !strncmp(key, prefixes[i], n); kind++)
      if (!strcmp(key + n, leak_kind_names[kind]))
        return true;
  }
  return false;
}

const char *leak_text(const struct profile_sample *sample, const char *prefix,
                      enum leak_kind kind) {
  char key[64];
  snprintf(key, sizeof(key), "%s%s", prefix, leak_kind_names[kind]);
  return leak_text_label(sample, key);
}
