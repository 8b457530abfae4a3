#include "recording/wide_leaves.h"

#include "base/cleanup.h"

#include <stdlib.h>

enum { PIECE = 512 }; /* leaves read at a time: 132 KiB */

static bool visit_wide_leaf(struct object_walk *walk, const struct recording_wide_leaf *leaf) {
  for (unsigned i = 0; leaf->start && i < WIDE_LEAF_GRANULES; i++) {
    const struct recording_granule *granule = &leaf->granule[i].granule;
    if (!(granule->packed & GRANULE_LIVE))
      continue;
    struct recording_object object = {leaf->granule[i].size,
                                      (uint64_t)granule->time << GRANULE_TIME_SHIFT, granule->site,
                                      GRANULE_THREAD(granule->packed)};
    uint64_t start = leaf->start + ((uint64_t)i << WIDE_GRANULE_SHIFT);
    if (!walk_visit(walk, WIDE_GRANULE_ADDRESS(granule->packed, start), &object))
      return false;
  }
  return true;
}

struct error *wide_leaves_visit(struct object_walk *walk) {
  const struct recording_table *table = &walk->recording->header.table[TABLE_WIDE_LEAVES];
  _cleanup_free_ struct recording_wide_leaf *buffer = malloc(PIECE * sizeof(*buffer));
  if (!buffer)
    return &error_no_memory;
  for (uint64_t i = 0, n; i < table->count; i += n) {
    uint64_t place;
    unsigned k = chunk_of(TABLE_WIDE_LEAVES, i, &place);
    n = chunk_elements(TABLE_WIDE_LEAVES, k) - place;
    n = n < PIECE ? n : PIECE;
    n = n < table->count - i ? n : table->count - i;
    struct error *err = walk_read(walk->recording, buffer, n * sizeof(*buffer),
                                  table->chunk[k] + place * sizeof(*buffer));
    for (uint64_t j = 0; !err && j < n; j++)
      if (!visit_wide_leaf(walk, &buffer[j]))
        err = &error_no_memory;
    if (err)
      return err;
  }
  return NULL;
}
