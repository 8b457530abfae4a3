#include "recording/wrong_frees.h"

#include "base/cleanup.h"
#include "model/wrong_free.h"
#include "recording/frames.h"

enum { LABELS = 12 };
_Static_assert((int)FAMILY_COUNT == N_WRONG_FREE_FAMILIES, "families");

static bool add_label(struct profile *profile, struct profile_sample *sample, const char *key,
                      const char *text, int64_t number) {
  struct profile_label label = {profile_string(profile, key), profile_string(profile, text), number,
                                profile_string(profile, "")};
  sample->labels[sample->n_labels++] = label;
  return label.key && label.str && label.unit;
}

static struct error *begin_sample(struct profile *profile, int64_t number, const char *role,
                                  int64_t calls, struct profile_sample *ret) {
  *ret = (struct profile_sample){.values = profile_array(profile, 1, sizeof(int64_t)),
                                 .labels = profile_array(profile, LABELS, sizeof(*ret->labels))};
  if (!ret->values || !ret->labels || !add_label(profile, ret, WRONG_FREE_LABEL, "", number) ||
      !add_label(profile, ret, WRONG_FREE_LABEL_ROLE, role, 0))
    return &error_no_memory;
  ret->values[0] = calls;
  return NULL;
}

static struct error *end_sample(struct frame_map *map, uint32_t stack,
                                struct profile_sample *sample) {
  uint64_t frames[RECORDING_MAX_DEPTH], word;
  struct error *err = recording_stack(map->recording, stack, frames, &word)
                          ? frame_map_stack(map, frames, word, sample)
                          : NULL;
  return err ? err : profile_add_sample(map->profile, sample);
}

static bool add_families(struct profile *profile, struct profile_sample *sample,
                         const struct recording_wrong_free *call) {
  return add_label(profile, sample, WRONG_FREE_LABEL_ALLOCATED_AS,
                   wrong_free_allocators[call->allocated_as], 0) &&
         add_label(profile, sample, WRONG_FREE_LABEL_FREED_AS,
                   wrong_free_deallocators[call->freed_as], 0) &&
         add_label(profile, sample, WRONG_FREE_LABEL_BY_NAME, "", call->by_name);
}

static struct error *add_call(struct frame_map *map, const struct recording_wrong_free *call,
                              int64_t number) {
  struct profile *profile = map->profile;
  struct profile_sample sample;
  struct error *err = begin_sample(profile, number, WRONG_FREE_CALL, call->count, &sample);
  if (err)
    return err;
  if (!add_label(profile, &sample, WRONG_FREE_LABEL_KIND, wrong_free_kinds[call->kind], 0) ||
      !add_label(profile, &sample, WRONG_FREE_LABEL_ADDRESS, "", (int64_t)call->address) ||
      !add_label(profile, &sample, WRONG_FREE_LABEL_OFFSET, "", (int64_t)call->offset) ||
      !add_label(profile, &sample, WRONG_FREE_LABEL_SIZE, "", (int64_t)call->size) ||
      !add_label(profile, &sample, WRONG_FREE_LABEL_THREAD, "", call->thread))
    return &error_no_memory;
  if (call->kind == WRONG_FREE_MISMATCHED && !add_families(profile, &sample, call))
    return &error_no_memory;
  return end_sample(map, call->stack, &sample);
}

static struct error *add_other(struct frame_map *map, uint32_t stack, const char *role,
                               int64_t number) {
  struct profile_sample sample;
  struct error *err = begin_sample(map->profile, number, role, 0, &sample);
  return err ? err : end_sample(map, stack, &sample);
}

static struct error *add(struct frame_map *map, const struct recording_wrong_free *call,
                         int64_t number) {
  const struct recording *recording = map->recording;
  struct error *err = add_call(map, call, number);
  if (!err && call->site < recording->n_sites && recording->sites[call->site].state)
    err = add_other(map, recording->sites[call->site].stack, WRONG_FREE_ALLOCATED, number);
  if (!err && call->kind == WRONG_FREE_DOUBLE && call->freed_stack != WRONG_FREE_NONE)
    err = add_other(map, call->freed_stack, WRONG_FREE_FREED, number);
  return err;
}

static struct error *add_all(struct frame_map *map) {
  struct error *err = NULL;
  int64_t number = 0;
  for (int i = 0; i < WRONG_FREES && !err; i++) {
    const struct recording_wrong_free *call = &map->recording->header.wrong_free[i];
    if (call->kind && call->kind < N_WRONG_FREE_KINDS && call->allocated_as < FAMILY_COUNT &&
        call->freed_as < FAMILY_COUNT)
      err = add(map, call, ++number);
  }
  return err;
}

struct error *recording_wrong_frees(const struct recording *recording, struct profile **ret) {
  _cleanup_profile_ struct profile *profile = NULL;
  struct frame_map map;
  *ret = NULL;
  if (!recording->header.n_wrong_frees)
    return NULL;
  struct error *err = profile_create(&profile);
  if (!err)
    err = wrong_free_set_types(profile);
  if (!err)
    err = frame_map_init(&map, recording, profile);
  if (err)
    return err;
  err = add_all(&map);
  frame_map_deinit(&map);
  if (!err && profile->n_samples)
    *ret = no_cleanup_ptr(profile);
  return err;
}
