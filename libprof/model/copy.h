/* Copying parts of profiles into another one, joining what is equal. Private to the merge.
 *
 * A copier serves one destination and one source after the other. */
#pragma once

#include "model/hash_index.h"
#include "model/profile.h"

struct copier {
  struct profile *to;
  const struct profile *from;
  /* From the source's indices to the destination's; PROFILE_NONE where not copied yet. */
  uint32_t *mappings, *functions, *locations;
  /* The destination's, by content. */
  struct hash_index by_mapping, by_function, by_location;
};

void copier_init(struct copier *copier, struct profile *to);
void copier_deinit(struct copier *copier);

/* Turns to the next source. Its first mapping is copied at once if the destination has none. */
struct error *copier_begin(struct copier *copier, const struct profile *from);

/* Copies the source's location `index`, with all it refers to, unless the destination has its like.
 */
struct error *copier_location(struct copier *copier, uint32_t index, uint32_t *ret);

/* False when memory is exhausted. */
bool copy_label(struct profile *to, const struct profile_label *label, struct profile_label *ret);

/* Sample types, period, times, drop_frames, ...: all that is neither a list of things nor a
 * comment. */
struct error *copy_header(struct profile *to, const struct profile *from);
