/* How old the live heap is: from the times of the recorded blocks, each standing for 1/p of its
 * kind (see model/error_bar.h). */
#include "recording/heap_ages.h"

#include "recording/objects.h"

#include <math.h>

#define SECOND 1000000000ull

static const uint64_t bounds[HEAP_AGES] = {SECOND,        10 * SECOND,    60 * SECOND, 600 * SECOND,
                                           3600 * SECOND, 86400 * SECOND, UINT64_MAX};

struct sums {
  const struct recording *recording;
  uint64_t now; /* ns since the recording began */
  double live[HEAP_AGES], bytes[HEAP_AGES], inherited, inherited_bytes;
  double age_bytes, all_bytes;
  uint64_t oldest;
};

static bool add(void *context, const struct live_object *object) {
  struct sums *sums = context;
  const struct recording_site *site = &sums->recording->sites[object->site];
  double objects = live_object_weight(sums->recording, object);
  double bytes = objects * (double)object->size;
  if (site->state == SITE_INHERITED) { /* time 0 is also that of the first few milliseconds */
    sums->inherited += objects;
    sums->inherited_bytes += bytes;
    return true;
  }
  uint64_t age = sums->now > object->time ? sums->now - object->time : 0;
  int i = 0;
  while (i < HEAP_AGES - 1 && age >= bounds[i])
    i++;
  sums->live[i] += objects;
  sums->bytes[i] += bytes;
  sums->all_bytes += bytes;
  sums->age_bytes += bytes * (double)age;
  if (age > sums->oldest)
    sums->oldest = age;
  return true;
}

/* Makes the ages add up to the live blocks and bytes, which are calibrated; an age by itself is not
 * known any better. */
static void agree(struct sums *sums, const struct heap_stats *stats) {
  double live = 0, all = 0;
  for (size_t i = 0; i < stats->n_classes; i++)
    live += (double)stats->classes[i].live;
  for (int i = 0; i < HEAP_AGES; i++)
    all += sums->live[i];
  double by = all > 0 ? fmax(live - sums->inherited, 0) / all : 1;
  double bytes_by =
      sums->all_bytes > 0
          ? fmax((double)stats->live_bytes - sums->inherited_bytes, 0) / sums->all_bytes
          : 1;
  for (int i = 0; i < HEAP_AGES; i++) {
    sums->live[i] *= by;
    sums->bytes[i] *= bytes_by;
  }
}

/* A figure of a file that lies may be anything. */
static uint64_t whole(double x) {
  return x >= 0 && x < 0x1p63 ? (uint64_t)(x + 0.5) : 0;
}

struct error *heap_stats_add_ages(struct heap_stats *stats, const struct recording *recording) {
  struct sums sums = {.recording = recording, .now = stats->age_ns};
  uint64_t rejected;
  struct error *err = recording_objects(recording, add, &sums, &rejected);
  if (err)
    return err;
  if (stats->calibration)
    agree(&sums, stats);
  struct heap_ages *ages = &stats->ages;
  for (int i = 0; i < HEAP_AGES; i++)
    ages->classes[i] = (struct heap_age){bounds[i], whole(sums.live[i]), whole(sums.bytes[i])};
  ages->inherited =
      (struct heap_age){UINT64_MAX, whole(sums.inherited), whole(sums.inherited_bytes)};
  ages->mean_ns = sums.all_bytes > 0 ? whole(sums.age_bytes / sums.all_bytes) : 0;
  ages->oldest_ns = sums.oldest;
  ages->known = true;
  return NULL;
}
