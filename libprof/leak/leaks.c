#include "leak/leaks.h"

#include "base/cleanup.h"
#include "leak/groups.h"
#include "leak/why.h"
#include "record/frames.h"

/* What the samples are made from. */
struct making {
  const struct leaks_options *options;
  struct image *image;
  struct frame_map map;
  bool uncertain; /* something was not seen: nothing is definitely lost */
};

static struct error *add_way(const struct making *making, enum leak_kind kind, uint32_t block,
                             struct profile_sample *sample) {
  struct profile *profile = making->map.profile;
  char key[64];
  snprintf(key, sizeof(key), LEAK_LABEL_WHY "%s", leak_kind_names[kind]);
  _cleanup_free_ char *text = why_describe(making->image, &making->options->reach, block);
  const char *empty = profile_string(profile, "");
  struct profile_label label = {profile_string(profile, key),
                                text ? profile_string(profile, text) : NULL, 0, empty};
  if (!label.key || !label.str || !empty)
    return &error_no_memory;
  sample->labels[sample->n_labels++] = label;
  return NULL;
}

static bool add_number(struct profile *profile, struct profile_sample *sample, const char *key,
                       int64_t value, const char *unit) {
  struct profile_label label = {profile_string(profile, key), profile_string(profile, ""), value,
                                profile_string(profile, unit)};
  sample->labels[sample->n_labels++] = label;
  return label.key && label.str && label.unit;
}

static struct error *set_labels(const struct making *making, const struct leak_group *group,
                                struct profile_sample *sample) {
  struct profile *profile = making->map.profile;
  struct error *err = NULL;
  sample->labels = profile_array(profile, 4 + N_LEAK_KINDS, sizeof(*sample->labels));
  if (!sample->labels || !add_number(profile, sample, LEAK_LABEL_SITE, group->site, ""))
    return &error_no_memory;
  if (group->lost_by != GROUP_NONE &&
      !add_number(profile, sample, LEAK_LABEL_LOST_BY, group->lost_by, ""))
    return &error_no_memory;
  if (group->has_age &&
      (!add_number(profile, sample, LEAK_LABEL_OLDEST, (int64_t)group->oldest, "nanoseconds") ||
       !add_number(profile, sample, LEAK_LABEL_NEWEST, (int64_t)group->newest, "nanoseconds")))
    return &error_no_memory;
  for (int kind = 0; !err && kind < N_LEAK_KINDS; kind++)
    if (making->options->why & 1u << kind && group->largest[kind] != BLOCK_NONE)
      err = add_way(making, kind, group->largest[kind], sample);
  return err;
}

static struct error *add_sample(struct making *making, const struct leak_group *group) {
  struct frame_map *map = &making->map;
  const uint64_t *frames = NULL;
  uint64_t word = 0;
  struct profile_sample sample = {
      .values = profile_array(map->profile, 2 * N_LEAK_KINDS, sizeof(int64_t))};
  if (!sample.values)
    return &error_no_memory;
  for (int i = 0; i < 2 * N_LEAK_KINDS; i++)
    sample.values[i] = group->values[i];
  struct error *err = set_labels(making, group, &sample);
  if (!err &&
      recording_stack(map->recording, map->recording->sites[group->site].stack, &frames, &word))
    err = frame_map_stack(map, frames, word, &sample);
  return err ? err : profile_add_sample(map->profile, &sample);
}

static struct error *add_samples(struct making *making) {
  struct leak_groups groups;
  struct error *err =
      leak_groups_make(making->map.recording, &making->image->blocks, making->uncertain, &groups);
  if (err)
    return err;
  for (size_t i = 0; !err && i < groups.count; i++)
    err = add_sample(making, &groups.data[i]);
  leak_groups_deinit(&groups);
  return err;
}

static struct error *make_profile(const struct recording *recording,
                                  const struct leaks_options *options, struct image *image,
                                  bool uncertain, struct profile **ret) {
  _cleanup_profile_ struct profile *profile = NULL;
  struct making making = {.options = options, .image = image, .uncertain = uncertain};
  struct error *err = profile_create(&profile);
  if (!err)
    err = leak_kinds_set(profile);
  if (!err)
    err = frame_map_init(&making.map, recording, profile);
  if (err)
    return err;
  profile->time_nanos = (int64_t)recording->header.start_realtime;
  profile->duration_nanos = (int64_t)recording_duration_ns(recording);
  profile->period = 1;
  err = add_samples(&making);
  frame_map_deinit(&making.map);
  if (!err)
    *ret = no_cleanup_ptr(profile);
  return err;
}

struct error *leaks_find(const struct recording *recording, const struct stopped_process *process,
                         const struct leaks_options *options, struct profile **ret,
                         struct leaks_notes *notes) {
  struct image image;
  if (!(recording->header.flags & RECORDING_EXACT))
    return error_create(ERROR_CANNOT,
                        "cannot check process %d: its recording is a sample, and a block that was "
                        "left out may hold the only "
                        "pointer to another; run it with --exact",
                        process->pid);
  struct error *err = image_read(recording, process, &image);
  if (err)
    return err;
  err = reach_mark(&image, &options->reach);
  *notes = (struct leaks_notes){image.missed_threads, image.memory.unreadable, image.dropped,
                                image.memory.scanned, image.blocks.count};
  if (!err)
    err = make_profile(recording, options, &image,
                       notes->missed_threads || notes->unreadable || notes->dropped, ret);
  image_deinit(&image);
  return err;
}
