#include "recording/objects.h"

#include "base/cleanup.h"
#include "recording/leaves.h"
#include "recording/wide_leaves.h"

#include <errno.h>
#include <math.h>
#include <sys/stat.h>

enum { PIECE = 4096 }; /* buckets read at a time: 1 MiB */

static unsigned n_levels(const struct recording *r) {
  uint64_t n = r->header.table[TABLE_OBJECTS].count;
  return n < RECORDING_MAX_CHUNKS ? (unsigned)n : RECORDING_MAX_CHUNKS;
}

uint64_t recording_objects_bound(const struct recording *r) {
  uint64_t bound = 0;
  for (unsigned level = 0; level < n_levels(r); level++)
    bound += chunk_elements(TABLE_OBJECTS, level) * BUCKET_OBJECTS;
  return bound + r->header.table[TABLE_LEAVES].count * LEAF_GRANULES +
         r->header.table[TABLE_WIDE_LEAVES].count * WIDE_LEAF_GRANULES;
}

static bool visit_bucket(struct object_walk *walk, const struct recording_bucket *bucket) {
  for (int i = 0; i < BUCKET_OBJECTS; i++)
    if (bucket->key[i] > OBJECT_RESERVED && !(bucket->key[i] & OBJECT_POOL) &&
        !walk_visit(walk, bucket->key[i], &bucket->object[i]))
      return false;
  return true;
}

static struct error *visit_level(struct object_walk *walk, unsigned level,
                                 struct recording_bucket *buffer) {
  uint64_t at = walk->recording->header.table[TABLE_OBJECTS].chunk[level];
  for (uint64_t left = chunk_elements(TABLE_OBJECTS, level); left;) {
    uint64_t n = left < PIECE ? left : PIECE;
    struct error *err = walk_read(walk->recording, buffer, n * sizeof(*buffer), at);
    for (uint64_t i = 0; !err && i < n; i++)
      if (!visit_bucket(walk, &buffer[i]))
        err = &error_no_memory;
    if (err)
      return err;
    at += n * sizeof(*buffer);
    left -= n;
  }
  return NULL;
}

/* A level must lie in the file's blocks, not in the hole that its apparent size promises. */
static bool level_is_there(const struct recording *r, unsigned level, const struct stat *st) {
  uint64_t at = r->header.table[TABLE_OBJECTS].chunk[level];
  uint64_t bytes = chunk_elements(TABLE_OBJECTS, level) * sizeof(struct recording_bucket);
  return at >= RECORDING_HEADER_SIZE && at <= (uint64_t)st->st_size &&
         bytes <= (uint64_t)st->st_size - at &&
         bytes <= (uint64_t)st->st_blocks * 512 + RECORDING_HEADER_SIZE;
}

struct error *recording_objects(const struct recording *r, live_object_fn *visit, void *context,
                                uint64_t *rejected) {
  struct object_walk walk = {r, visit, context, 0};
  _cleanup_free_ struct recording_bucket *buffer = malloc(PIECE * sizeof(*buffer));
  struct stat st;
  if (!buffer)
    return &error_no_memory;
  if (fstat(r->fd, &st) < 0)
    return error_system(errno, "%s", r->path);
  struct error *err = leaves_visit(&walk);
  if (!err)
    err = wide_leaves_visit(&walk);
  for (unsigned level = 0; !err && level < n_levels(r); level++) {
    /* A level is counted once it is there. The one exception is a level that found no room; then
     * the following levels are not there either. */
    if (!r->header.table[TABLE_OBJECTS].chunk[level])
      break;
    if (!level_is_there(r, level, &st))
      return error_create(
          ERROR_BAD_INPUT,
          "%s: damaged recording: level %u of its live objects lies beyond the file", r->path,
          level);
    err = visit_level(&walk, level, buffer);
  }
  *rejected = walk.rejected;
  return err;
}

double live_object_weight(const struct recording *recording, const struct live_object *object) {
  uint64_t rate = recording->sites[object->site].rate;
  return rate <= 1 ? 1 : -1 / expm1(-((double)object->size + 1) / (double)rate);
}
