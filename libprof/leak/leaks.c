#include "leak/leaks.h"

#include "base/cleanup.h"
#include "leak/groups.h"
#include "leak/image_read.h"
#include "leak/leak_labels.h"
#include "recording/frames.h"
#include "recording/totals.h"

/* Everything that samples are made from. */
struct making {
  const struct leaks_options *options;
  struct image *image;
  struct frame_map map;
  bool uncertain; /* something was not seen: nothing is definitely lost */
};

static struct error *add_sample(struct making *making, const struct points_context *points,
                                const struct leak_group *group) {
  struct frame_map *map = &making->map;
  uint64_t frames[RECORDING_MAX_DEPTH], word;
  struct profile_sample sample = {
      .values = profile_array(map->profile, 2 * N_LEAK_KINDS, sizeof(int64_t))};
  if (!sample.values)
    return &error_no_memory;
  for (int i = 0; i < 2 * N_LEAK_KINDS; i++)
    sample.values[i] = group->values[i];
  struct error *err =
      leak_labels_set(making->options, points, map->recording, group, map->profile, &sample);
  if (!err &&
      recording_stack(map->recording, map->recording->sites[group->site].stack, frames, &word))
    err = frame_map_stack(map, frames, word, &sample);
  return err ? err : profile_add_sample(map->profile, &sample);
}

static struct error *add_samples(struct making *making) {
  struct leak_groups groups;
  struct error *err =
      leak_groups_make(making->map.recording, &making->image->blocks, making->uncertain, &groups);
  if (err)
    return err;
  struct points_context points = {making->image, &groups, address_names_create(),
                                  making->uncertain};
  if (!points.names)
    err = &error_no_memory;
  for (size_t i = 0; !err && i < groups.count; i++)
    err = add_sample(making, &points, &groups.data[i]);
  address_names_destroy(points.names);
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

/* A profile of what was seen until then would be a false verdict. */
static struct error *stopped_error(pid_t pid, struct profile **ret) {
  profile_destroy(*ret);
  *ret = NULL;
  return error_create(ERROR_CANNOT,
                      "cannot check process %d: a signal ended the check before its memory was "
                      "read; run it again and let it finish",
                      pid);
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
  image.memory.stop = options->stop;
  err = reach_mark(&image, &options->reach);
  *notes = (struct leaks_notes){image.missed_threads, image.memory.unreadable,
                                image.dropped,        recording_dropped(recording) > 0,
                                image.memory.scanned, image.blocks.count};
  if (!err)
    err = make_profile(recording, options, &image,
                       notes->missed_threads || notes->unreadable || notes->dropped, ret);
  if (!err && image.memory.stopped)
    err = stopped_error(process->pid, ret);
  image_deinit(&image);
  return err;
}
