#include "recording/profile.h"

#include "base/cleanup.h"
#include "common/size_class.h"
#include "model/merge.h"
#include "model/sample_types.h"
#include "recording/comments.h"
#include "recording/figures.h"
#include "recording/frames.h"
#include "recording/histories.h"
#include "recording/tags.h"
#include "recording/totals.h"
#include "recording/writer.h"

#include <string.h>

/* Where histories of objects are kept there are more. */
static size_t count_types(const struct recording *recording) {
  return recording->header.flags & RECORDING_HISTORIES ? N_ADVISED_SAMPLE_TYPES
                                                       : N_RECORDED_SAMPLE_TYPES;
}

static struct error *set_types(struct profile *profile, size_t n, bool live) {
  profile->period_type = (struct profile_value_type){profile_string(profile, "space"),
                                                     profile_string(profile, "bytes")};
  if (!profile->period_type.type || !profile->period_type.unit)
    return &error_no_memory;
  return sample_types_set(profile, SAMPLE_ALLOC_OBJECTS, n,
                          live ? SAMPLE_INUSE_SPACE : SAMPLE_ALLOC_SPACE);
}

/* The mean lifetime of the freed samples, for each of the freed objects that they stand for. */
static int64_t site_lifetime(const struct recording_site *site) {
  double sum = (double)site->lifetime_sum * (1 << LIFETIME_SHIFT);
  double freed = (double)whole_objects(site->freed_objects);
  double samples = site->rate > 1 ? (double)site->freed_samples : freed;
  double all = samples ? sum / samples * freed : 0;
  return all < 0x1p62 ? (int64_t)all : INT64_MAX;
}

static void set_values(int64_t *values, const struct recording_site *site, uint64_t epoch) {
  uint64_t live_objects = figure_difference(site->alloc_objects, site->freed_objects);
  uint64_t live_bytes = figure_difference(site->alloc_bytes, site->freed_bytes);
  /* Past the header's: a new peak came between reading the one and the other. */
  bool at_peak = site->peak_epoch >= epoch;
  if (site->state != SITE_INHERITED) {
    values[SAMPLE_ALLOC_OBJECTS] = (int64_t)whole_objects(site->alloc_objects);
    values[SAMPLE_ALLOC_SPACE] = (int64_t)whole_bytes(site->alloc_bytes);
  }
  values[SAMPLE_INUSE_OBJECTS] = (int64_t)whole_objects(live_objects);
  values[SAMPLE_INUSE_SPACE] = (int64_t)whole_bytes(live_bytes);
  values[SAMPLE_PEAK_OBJECTS] = (int64_t)whole_objects(at_peak ? site->peak_objects : live_objects);
  values[SAMPLE_PEAK_SPACE] = (int64_t)whole_bytes(at_peak ? site->peak_bytes : live_bytes);
  if (site->state != SITE_INHERITED)
    values[SAMPLE_LIFETIME] = site_lifetime(site);
}

/* A site's label is the same in every profile of this process: a reader that subtracts one profile
 * from the next (Alloy, and memprof snapshot --delta) recognises samples by their labels. */
static int64_t object_size(const struct recording_site *site) {
  if (site->size < UINT32_MAX)
    return site->size;
  return positive(size_class_start(site->size_class));
}

static bool is_taken(const struct profile_sample *sample, const char *key) {
  for (uint32_t i = 0; i < sample->n_labels; i++)
    if (!strcmp(sample->labels[i].key, key))
      return true;
  return !strcmp(key, PROFILE_LABEL_THREAD) || !strcmp(key, PROFILE_LABEL_THREAD_ID);
}

/* If two tags have one key, the inner one counts. A tag cannot replace a label of ours. */
static struct error *add_tags(struct profile *profile, const struct recording *recording,
                              const struct recording_site *site, struct profile_sample *sample) {
  const struct recording_tag *tags[TAGS_DEEPEST + 1];
  unsigned n = recording_tags(recording, site, tags);
  for (unsigned i = 0; i < n; i++) {
    struct profile_label label = {
        .key = profile_string_n(profile, tags[i]->key, sizeof(tags[i]->key)),
        .str = profile_string_n(profile, tags[i]->value, sizeof(tags[i]->value)),
        .unit = profile_string(profile, "")};
    if (!label.key || !label.str || !label.unit)
      return &error_no_memory;
    if (*label.key && *label.str && !is_taken(sample, label.key))
      sample->labels[sample->n_labels++] = label;
  }
  return NULL;
}

enum { MOST_LABELS = 4 + TAGS_DEEPEST + 1 };

static struct error *set_labels(struct profile *profile, const struct recording *recording,
                                const struct recording_site *site, struct profile_sample *sample) {
  unsigned most = site->tag ? MOST_LABELS : 4;
  struct profile_label *label = sample->labels = profile_array(profile, most, sizeof(*label));
  const char *empty = profile_string(profile, ""), *unit = profile_string(profile, "bytes");
  if (!label || !empty || !unit)
    return &error_no_memory;
  label[0] = (struct profile_label){profile_string(profile, PROFILE_LABEL_BYTES), empty,
                                    object_size(site), unit};
  label[1] = (struct profile_label){profile_string(profile, PROFILE_LABEL_RATE), empty,
                                    positive(site->rate), unit};
  sample->n_labels = 2;
  if (site->thread) {
    size_t n = strnlen(site->thread_name, sizeof(site->thread_name));
    label[2] = (struct profile_label){profile_string(profile, PROFILE_LABEL_THREAD),
                                      profile_string_n(profile, site->thread_name, n), 0, empty};
    label[3] = (struct profile_label){profile_string(profile, PROFILE_LABEL_THREAD_ID), empty,
                                      site->thread_tid, empty};
    sample->n_labels = 4;
  }
  for (uint32_t i = 0; i < sample->n_labels; i++)
    if (!label[i].key || !label[i].str)
      return &error_no_memory;
  return add_tags(profile, recording, site, sample);
}

static struct error *add_site(struct frame_map *map, const struct recording_site *site) {
  uint64_t frames[RECORDING_MAX_DEPTH], word;
  if (site->state == SITE_UNPUBLISHED)
    return NULL;
  if (!recording_stack(map->recording, site->stack, frames, &word))
    return error_create(ERROR_BAD_INPUT,
                        "%s: damaged recording: site %td has no whole stack at word %u",
                        map->recording->path, site - map->recording->sites, site->stack);
  struct profile_sample sample = {
      .values = profile_array(map->profile, map->profile->n_sample_types, sizeof(int64_t))};
  if (!sample.values)
    return &error_no_memory;
  set_values(sample.values, site, map->recording->header.peak_epoch);
  struct error *err = set_labels(map->profile, map->recording, site, &sample);
  if (!err)
    err = frame_map_stack(map, frames, word, &sample);
  return err ? err : profile_add_sample(map->profile, &sample);
}

static struct error *add_sites(struct frame_map *map) {
  struct error *err = NULL;
  for (uint64_t i = 0; i < map->recording->n_sites && !err; i++)
    err = add_site(map, &map->recording->sites[i]);
  return err;
}

/* Places of samples before some were joined become those of the joined ones. */
static struct error *compact_places(const struct recording *recording,
                                    const struct profile *profile, uint32_t *places,
                                    struct profile **ret) {
  _cleanup_free_ uint32_t *joined = calloc(profile->n_samples + 1, sizeof(*joined));
  struct error *err = joined ? profile_compact_placed(profile, joined, ret) : &error_no_memory;
  for (uint64_t i = 0; i < recording->n_sites && !err && places; i++)
    if (places[i] != PROFILE_NONE)
      places[i] = joined[places[i]];
  return err;
}

static void place_sites(const struct recording *recording, uint32_t *places) {
  uint32_t n = 0;
  for (uint64_t i = 0; i < recording->n_sites; i++)
    places[i] = recording->sites[i].state == SITE_UNPUBLISHED ? PROFILE_NONE : n++;
}

struct error *recording_profile_placed(const struct recording *recording, uint32_t *places,
                                       struct profile **ret) {
  _cleanup_profile_ struct profile *profile = NULL;
  struct frame_map map;
  struct error *err = profile_create(&profile);
  if (!err)
    err = set_types(profile, count_types(recording), recording_has_writer(recording));
  if (!err)
    err = frame_map_init(&map, recording, profile);
  if (err)
    return err;
  profile->time_nanos = positive(recording->header.start_realtime);
  profile->duration_nanos = positive(recording_duration_ns(recording));
  profile->period = positive(recording->header.rate ? recording->header.rate : 1);
  err = add_sites(&map);
  if (places)
    place_sites(recording, places);
  if (!err && profile->n_sample_types > N_RECORDED_SAMPLE_TYPES)
    err = add_histories(&map);
  if (!err)
    err = add_comments(recording, profile);
  frame_map_deinit(&map);
  if (err)
    return err;
  /* Threads have sites of their own for the same stack and size class. */
  if (recording->header.threads_started > 1)
    return compact_places(recording, profile, places, ret);
  *ret = no_cleanup_ptr(profile);
  return NULL;
}

struct error *recording_profile(const struct recording *recording, struct profile **ret) {
  return recording_profile_placed(recording, NULL, ret);
}

struct error *recording_read_profile(const char *path, struct profile **ret) {
  _cleanup_recording_ struct recording *recording = NULL;
  struct error *err = recording_open_named(path, RECORDING_ALL, &recording);
  return err ? err : recording_profile(recording, ret);
}
