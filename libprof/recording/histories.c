#include "recording/histories.h"

#include "model/history_labels.h"
#include "model/sample_types.h"
#include "recording/figures.h"
#include "recording/recording.h"
#include "recording/totals.h"

#include <math.h>
#include <stdlib.h>

/* A history, and how many objects of its site it stands for. */
struct told {
  const struct recording_history *history;
  double weight;
  int64_t objects; /* the weight, rounded so that those of a site add up */
  int64_t id;
};

static bool is_whole(const struct recording *r, const struct recording_history *history) {
  unsigned state = HISTORY_STATE(history->state);
  return history->state == history->again && (state == HISTORY_LIVE || state == HISTORY_ENDED) &&
         history->site < r->n_sites && r->sites[history->site].state == SITE_OWN &&
         history->end < HISTORY_END_COUNT;
}

/* Unlike that of any other process's history, as good as always. */
static int64_t first_id(const struct recording_header *h) {
  uint64_t hash = (h->start_realtime ^ (uint64_t)h->pid << 40) * 0x9e3779b97f4a7c15ull;
  return (int64_t)(hash >> 33) << 17 | 1;
}

/* The rate at which one sample of this size stands for so many. */
static int64_t equivalent_rate(double weight, uint64_t size) {
  double rate = weight > 1 ? -((double)size + 1) / log1p(-1 / weight) : 1;
  return rate < 1 ? 1 : rate < 0x1p62 ? (int64_t)llround(rate) : INT64_MAX;
}

static struct error *put_label(struct profile *profile, struct profile_sample *sample,
                               const char *key, const char *str, int64_t num, const char *unit) {
  struct profile_label label = {profile_string(profile, key), profile_string(profile, str), num,
                                profile_string(profile, unit)};
  if (!label.key || !label.str || !label.unit)
    return &error_no_memory;
  sample->labels[sample->n_labels++] = label;
  return NULL;
}

static struct error *put_number(struct profile *profile, struct profile_sample *sample,
                                const char *key, uint64_t n, const char *unit) {
  return put_label(profile, sample, key, "", positive(n), unit);
}

static const char *end_word(const struct recording_history *history) {
  static const char *const words[] = {[HISTORY_LIVES] = HISTORY_END_LIVE,
                                      [HISTORY_FREED] = HISTORY_END_FREE,
                                      [HISTORY_REALLOCATING] = HISTORY_END_LIVE,
                                      [HISTORY_GREW_IN_PLACE] = HISTORY_END_GREW,
                                      [HISTORY_MOVED] = HISTORY_END_MOVED};
  return words[history->end];
}

/* The counters of its thread, if they are still its own. */
static const struct recording_thread *thread_of(const struct recording *r,
                                                const struct recording_history *history) {
  uint64_t i = history->born_shard - 1ull;
  return i < r->n_threads && r->threads[i].number == history->born_thread ? &r->threads[i] : NULL;
}

/* The allocations of its thread meanwhile; of a living object, up to now. */
static void find_distance(const struct recording *r, const struct recording_history *history,
                          uint64_t *calls, uint64_t *bytes) {
  *calls = history->lived_calls;
  *bytes = history->lived_bytes;
  const struct recording_thread *thread = history->end ? NULL : thread_of(r, history);
  if (!thread)
    return;
  *calls = figure_difference(ledger_allocs(&thread->ledger), history->born_calls);
  *bytes = figure_difference(ledger_bytes(&thread->ledger), history->born_bytes);
}

static bool is_temporary(const struct recording_history *history) {
  return history->end == HISTORY_FREED && history->lived_calls == 0;
}

enum { MOST_LABELS = 16 };

static struct error *begin_sample(struct profile *profile, const struct told *told,
                                  struct profile_sample *sample) {
  sample->values = profile_array(profile, profile->n_sample_types, sizeof(int64_t));
  sample->labels = profile_array(profile, MOST_LABELS, sizeof(*sample->labels));
  if (!sample->values || !sample->labels)
    return &error_no_memory;
  uint64_t size = told->history->size;
  int64_t rate = equivalent_rate(told->weight, size);
  struct error *err = put_number(profile, sample, PROFILE_LABEL_BYTES, size, "bytes");
  if (!err)
    err = put_label(profile, sample, PROFILE_LABEL_RATE, "", rate, "bytes");
  return err ? err : put_label(profile, sample, HISTORY_LABEL, "", told->id, "");
}

static struct error *label_life(struct profile *profile, const struct recording *r,
                                const struct recording_history *history,
                                struct profile_sample *sample) {
  uint64_t calls, bytes;
  find_distance(r, history, &calls, &bytes);
  struct error *err = put_label(profile, sample, HISTORY_LABEL_END, end_word(history), 0, "");
  if (!err)
    err = put_number(profile, sample, HISTORY_LABEL_BORN, history->born, "nanoseconds");
  /* The profile's own duration: to ask whether the writer lives, once for each history, opened
   * /proc/PID/maps 1600 times in a short run. */
  uint64_t age = figure_difference((uint64_t)profile->duration_nanos, history->born);
  if (!err)
    err = put_number(profile, sample, HISTORY_LABEL_LIVED, history->end ? history->lived : age,
                     "nanoseconds");
  if (!err)
    err = put_number(profile, sample, HISTORY_LABEL_BORN_CALLS, history->born_calls - 1, "count");
  if (!err && calls != HISTORY_UNKNOWN)
    err = put_number(profile, sample, HISTORY_LABEL_CALLS, calls, "count");
  if (!err && bytes != HISTORY_UNKNOWN)
    err = put_number(profile, sample, HISTORY_LABEL_BYTES, bytes, "bytes");
  return err;
}

static struct error *label_end(struct profile *profile, const struct recording_history *history,
                               struct profile_sample *sample) {
  struct error *err = NULL;
  bool cut = sample->n_locations &&
             history->activation >= sample->n_locations; /* or unknown, or of a damaged recording */
  if (history->end == HISTORY_GREW_IN_PLACE || history->end == HISTORY_MOVED)
    err = put_number(profile, sample, HISTORY_LABEL_NEW_SIZE, history->new_size, "bytes");
  if (!err && !cut)
    err = put_number(profile, sample, HISTORY_LABEL_ACTIVATION, history->activation, "");
  if (!err)
    err = put_number(profile, sample, HISTORY_LABEL_BORN_BY, history->born_thread, "");
  if (!err && history->mapped == 1)
    err = put_number(profile, sample, HISTORY_LABEL_MAPPED, 1, "");
  if (!err && history->end && history->siblings != HISTORY_MANY)
    err = put_number(profile, sample, HISTORY_LABEL_SIBLINGS, history->siblings, "count");
  if (!err && history->freed_thread)
    err = put_number(profile, sample, HISTORY_LABEL_FREED_BY, history->freed_thread, "");
  return err;
}

static void set_pair(struct profile_sample *sample, enum sample_type objects,
                     const struct told *told) {
  double bytes = (double)told->objects * (double)told->history->size;
  sample->values[objects] = told->objects;
  sample->values[objects + 1] = bytes < 0x1p62 ? llround(bytes) : INT64_MAX;
}

static struct error *stack_sample(struct frame_map *map, uint32_t stack,
                                  struct profile_sample *sample, bool *known) {
  uint64_t frames[RECORDING_MAX_DEPTH], word;
  *known = recording_stack(map->recording, stack, frames, &word);
  return *known ? frame_map_stack(map, frames, word, sample) : NULL;
}

static struct error *add_birth(struct frame_map *map, const struct told *told) {
  struct profile_sample sample = {0};
  bool known;
  const struct recording *r = map->recording;
  struct error *err = begin_sample(map->profile, told, &sample);
  if (!err)
    err = stack_sample(map, r->sites[told->history->site].stack, &sample, &known);
  if (err || !known)
    return err;
  set_pair(&sample, SAMPLE_HISTORY_OBJECTS, told);
  if (is_temporary(told->history))
    set_pair(&sample, SAMPLE_TEMPORARY_OBJECTS, told);
  err = label_life(map->profile, r, told->history, &sample);
  if (!err)
    err = label_end(map->profile, told->history, &sample);
  return err ? err : profile_add_sample(map->profile, &sample);
}

static struct error *add_free(struct frame_map *map, const struct told *told) {
  struct profile_sample sample = {0};
  bool known;
  if (told->history->freed_stack == HISTORY_NO_STACK)
    return NULL;
  struct error *err = begin_sample(map->profile, told, &sample);
  if (!err)
    err = stack_sample(map, told->history->freed_stack, &sample, &known);
  if (err || !known)
    return err;
  set_pair(&sample, SAMPLE_FREED_OBJECTS, told);
  return profile_add_sample(map->profile, &sample);
}

/* A site's histories: how many are whole, and what rounding left over so far. */
struct reservoir {
  uint32_t count;
  double rest;
};

/* By site; the caller frees it. */
static struct reservoir *count_by_site(const struct recording *r) {
  struct reservoir *counts = calloc(r->n_sites + 1, sizeof(*counts));
  for (uint64_t i = 0; counts && i < r->n_histories; i++)
    if (is_whole(r, &r->histories[i]))
      counts[r->histories[i].site].count++;
  return counts;
}

static struct told told_of(const struct recording *r, const struct recording_history *history,
                           struct reservoir *reservoir, int64_t id) {
  double objects = (double)r->sites[history->site].alloc_objects / (1 << OBJECTS_SHIFT);
  double weight = fmax(objects / reservoir->count, 1);
  int64_t rounded = llround(weight + reservoir->rest);
  reservoir->rest += weight - (double)rounded;
  return (struct told){history, weight, rounded > 0 ? rounded : 1, id};
}

struct error *add_histories(struct frame_map *map) {
  const struct recording *r = map->recording;
  int64_t first = first_id(&r->header);
  struct reservoir *counts = count_by_site(r);
  struct error *err = counts ? NULL : &error_no_memory;
  for (uint64_t i = 0; i < r->n_histories && !err; i++) {
    const struct recording_history *history = &r->histories[i];
    if (!is_whole(r, history))
      continue;
    struct told told = told_of(r, history, &counts[history->site], first + (int64_t)i);
    err = add_birth(map, &told);
    if (!err)
      err = add_free(map, &told);
  }
  free(counts);
  return err;
}
