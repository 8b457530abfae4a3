#include "recording/reach.h"

#include "base/cleanup.h"
#include "model/leak_kinds.h"
#include "model/reach_labels.h"
#include "model/saturate.h"

#include <string.h>

struct reach {
  int64_t reachable, lost;
};

static void add_verdict(struct reach *reach, const struct profile_sample *leak) {
  static const enum leak_kind lost[] = {LEAK_DEFINITE, LEAK_INDIRECT, LEAK_POSSIBLE};
  for (size_t i = 0; i < sizeof(lost) / sizeof(*lost); i++)
    reach->lost = saturating_add(reach->lost, leak->values[leak_bytes(lost[i])]);
  reach->reachable = saturating_add(reach->reachable, leak->values[leak_bytes(LEAK_REACHABLE)]);
}

static struct error *label(struct profile *profile, struct profile_sample *sample,
                           const struct reach *reach) {
  struct profile_label *labels = profile_array(profile, sample->n_labels + 2, sizeof(*labels));
  const char *none = profile_string(profile, ""), *unit = profile_string(profile, "bytes");
  const char *reachable = profile_string(profile, REACH_LABEL_REACHABLE);
  const char *lost = profile_string(profile, REACH_LABEL_LOST);
  if (!labels || !none || !unit || !reachable || !lost)
    return &error_no_memory;
  if (sample->n_labels)
    memcpy(labels, sample->labels, sample->n_labels * sizeof(*labels));
  if (reach->reachable)
    labels[sample->n_labels++] = (struct profile_label){reachable, none, reach->reachable, unit};
  if (reach->lost)
    labels[sample->n_labels++] = (struct profile_label){lost, none, reach->lost, unit};
  sample->labels = labels;
  return NULL;
}

/* The check names a stack by its first site. */
struct error *recording_label_reach(const struct recording *recording, const uint32_t *places,
                                    const struct profile *leaks, struct profile *profile) {
  _cleanup_free_ struct reach *reach = calloc(profile->n_samples + 1, sizeof(*reach));
  int64_t site;
  if (!reach)
    return &error_no_memory;
  for (size_t i = 0; i < leaks->n_samples; i++)
    if (leak_label(&leaks->samples[i], LEAK_LABEL_SITE, &site) && site >= 0 &&
        (uint64_t)site < recording->n_sites && places[site] < profile->n_samples)
      add_verdict(&reach[places[site]], &leaks->samples[i]);
  struct error *err = NULL;
  for (size_t i = 0; i < profile->n_samples && !err; i++)
    if (reach[i].reachable || reach[i].lost)
      err = label(profile, &profile->samples[i], &reach[i]);
  return err;
}
