#include "leak/leaks.h"

#include "base/cleanup.h"
#include "leak/why.h"
#include "model/leak_kinds.h"
#include "record/frames.h"

/* What the blocks of one stack come to. */
struct sum {
  int64_t values[2 * N_LEAK_KINDS];
  uint64_t oldest, newest; /* of those that are not reachable, if has_age */
  uint32_t largest[N_LEAK_KINDS]; /* blocks, BLOCK_NONE for none */
  bool used, has_age;
};

static enum leak_kind kind_of(const struct block *block, bool uncertain) {
  static const enum leak_kind kinds[] = {[BLOCK_UNREACHED] = LEAK_DEFINITE, [BLOCK_INDIRECT] = LEAK_INDIRECT,
                                         [BLOCK_POSSIBLE] = LEAK_POSSIBLE, [BLOCK_REACHABLE] = LEAK_REACHABLE};
  enum leak_kind kind = block->ignored ? LEAK_SUPPRESSED : kinds[block->state];
  return uncertain && (kind == LEAK_DEFINITE || kind == LEAK_INDIRECT) ? LEAK_POSSIBLE : kind;
}

/* Sites of one stack differ in their size classes: `first_site` has the first site of each site's stack. */
static struct error *find_first_sites(const struct recording *recording, uint32_t **ret) {
  uint32_t *first = malloc((recording->n_sites + 1) * sizeof(*first)), *by_stack;
  uint64_t n_stacks = 0;
  for (uint64_t i = 0; i < recording->n_sites; i++)
    if (recording->sites[i].state && recording->sites[i].stack >= n_stacks)
      n_stacks = recording->sites[i].stack + 1ull;
  if (n_stacks > recording->n_stacks)
    n_stacks = recording->n_stacks;
  by_stack = calloc(n_stacks + 1, sizeof(*by_stack));
  if (!first || !by_stack) {
    free(first);
    free(by_stack);
    return &error_no_memory;
  }
  for (uint64_t i = 0; i < recording->n_sites; i++) {
    const struct recording_site *site = &recording->sites[i];
    first[i] = (uint32_t)i;
    if (!site->state || site->stack >= n_stacks)
      continue;
    if (!by_stack[site->stack])
      by_stack[site->stack] = (uint32_t)i + 1;
    first[i] = by_stack[site->stack] - 1;
  }
  free(by_stack);
  *ret = first;
  return NULL;
}

static void add_block(struct sum *sum, const struct blocks *blocks, uint32_t i, bool uncertain) {
  const struct block *block = &blocks->data[i];
  enum leak_kind kind = kind_of(block, uncertain);
  for (int k = 0; !sum->used && k < N_LEAK_KINDS; k++)
    sum->largest[k] = BLOCK_NONE;
  if (sum->largest[kind] == BLOCK_NONE || blocks->data[sum->largest[kind]].size < block->size)
    sum->largest[kind] = i;
  sum->values[leak_objects(kind)]++;
  sum->values[leak_bytes(kind)] += (int64_t)block->size;
  sum->used = true;
}

/* Ages are read when it is known whose are wanted: blocks do not keep them. */
struct ages {
  const struct blocks *blocks;
  const uint32_t *first;
  struct sum *sums;
};

static bool add_age(void *context, const struct live_object *object) {
  struct ages *ages = context;
  uint32_t i = blocks_find(ages->blocks, object->start);
  struct sum *sum = &ages->sums[ages->first[object->site]];
  if (i == BLOCK_NONE || ages->blocks->data[i].state == BLOCK_REACHABLE)
    return true;
  if (!sum->has_age || object->time < sum->oldest)
    sum->oldest = object->time;
  if (!sum->has_age || object->time > sum->newest)
    sum->newest = object->time;
  sum->has_age = true;
  return true;
}

static struct error *add_ages(const struct recording *recording, struct ages *ages) {
  uint64_t rejected;
  for (size_t i = 0; i < ages->blocks->count; i++)
    if (ages->blocks->data[i].state != BLOCK_REACHABLE)
      return recording_objects(recording, add_age, ages, &rejected);
  return NULL;
}

/* What the samples are made from. */
struct making {
  const struct leaks_options *options;
  struct image *image;
  struct frame_map map;
  bool uncertain; /* something was not seen: nothing is definitely lost */
};

static struct error *add_way(const struct making *making, enum leak_kind kind, uint32_t block, struct profile_sample *sample) {
  struct profile *profile = making->map.profile;
  char key[64];
  snprintf(key, sizeof(key), LEAK_LABEL_WHY "%s", leak_kind_names[kind]);
  _cleanup_free_ char *text = why_describe(making->image, &making->options->reach, block);
  const char *empty = profile_string(profile, "");
  struct profile_label label = {profile_string(profile, key), text ? profile_string(profile, text) : NULL, 0, empty};
  if (!label.key || !label.str || !empty)
    return &error_no_memory;
  sample->labels[sample->n_labels++] = label;
  return NULL;
}

static struct error *set_labels(const struct making *making, const struct sum *sum, struct profile_sample *sample) {
  struct profile *profile = making->map.profile;
  const char *empty = profile_string(profile, ""), *unit = profile_string(profile, "nanoseconds");
  const char *oldest = profile_string(profile, LEAK_LABEL_OLDEST), *newest = profile_string(profile, LEAK_LABEL_NEWEST);
  struct profile_label *labels = profile_array(profile, 2 + N_LEAK_KINDS, sizeof(*labels));
  struct error *err = NULL;
  if (!empty || !unit || !oldest || !newest || !labels)
    return &error_no_memory;
  labels[0] = (struct profile_label){oldest, empty, (int64_t)sum->oldest, unit};
  labels[1] = (struct profile_label){newest, empty, (int64_t)sum->newest, unit};
  sample->labels = labels;
  sample->n_labels = sum->has_age ? 2 : 0;
  for (int kind = 0; !err && kind < N_LEAK_KINDS; kind++)
    if (making->options->why & 1u << kind && sum->largest[kind] != BLOCK_NONE)
      err = add_way(making, kind, sum->largest[kind], sample);
  return err;
}

static struct error *add_sample(struct making *making, const struct recording_site *site, const struct sum *sum) {
  struct frame_map *map = &making->map;
  const uint64_t *frames = NULL;
  uint64_t word = 0;
  struct profile_sample sample = {.values = profile_array(map->profile, 2 * N_LEAK_KINDS, sizeof(int64_t))};
  if (!sample.values)
    return &error_no_memory;
  for (int i = 0; i < 2 * N_LEAK_KINDS; i++)
    sample.values[i] = sum->values[i];
  struct error *err = set_labels(making, sum, &sample);
  if (!err && recording_stack(map->recording, site->stack, &frames, &word))
    err = frame_map_stack(map, frames, word, &sample);
  return err ? err : profile_add_sample(map->profile, &sample);
}

static struct error *add_samples(struct making *making) {
  const struct recording *recording = making->map.recording;
  const struct blocks *blocks = &making->image->blocks;
  _cleanup_free_ uint32_t *first = NULL;
  _cleanup_free_ struct sum *sums = calloc(recording->n_sites + 1, sizeof(*sums));
  struct error *err = sums ? find_first_sites(recording, &first) : &error_no_memory;
  for (uint32_t i = 0; !err && i < blocks->count; i++)
    add_block(&sums[first[blocks->data[i].site]], blocks, i, making->uncertain);
  if (!err)
    err = add_ages(recording, &(struct ages){blocks, first, sums});
  for (uint64_t i = 0; !err && i < recording->n_sites; i++)
    if (sums[i].used)
      err = add_sample(making, &recording->sites[i], &sums[i]);
  return err;
}

static struct error *make_profile(const struct recording *recording, const struct leaks_options *options, struct image *image,
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
                         const struct leaks_options *options, struct profile **ret, struct leaks_notes *notes) {
  struct image image;
  if (!(recording->header.flags & RECORDING_EXACT))
    return error_create(ERROR_CANNOT,
                        "cannot check process %d: its recording is a sample, and a block that was left out may hold the only "
                        "pointer to another; run it with --exact",
                        process->pid);
  struct error *err = image_read(recording, process, &image);
  if (err)
    return err;
  err = reach_mark(&image, &options->reach);
  *notes = (struct leaks_notes){image.missed_threads, image.memory.unreadable, image.dropped, image.memory.scanned,
                                image.blocks.count};
  if (!err)
    err = make_profile(recording, options, &image,
                       notes->missed_threads || notes->unreadable || notes->dropped, ret);
  image_deinit(&image);
  return err;
}
