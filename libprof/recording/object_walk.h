/* A walk over a recording's live objects, in progress. Private to the folder: objects.c starts it,
 * and the readers of the two places that objects are in (the table's buckets and the leaves) hand
 * what they find to walk_visit. */
#pragma once

#include "recording/objects.h"

struct object_walk {
  const struct recording *recording;
  live_object_fn *visit;
  void *context;
  uint64_t rejected; /* objects so far that cannot be true */
};

/* Hands an object that can be true to `visit`, and counts one that cannot. False when `visit`
 * returned false. */
bool walk_visit(struct object_walk *walk, uint64_t address, const struct recording_object *object);

/* Reads n bytes of the file at `at`. It is an error if the file ends before. */
struct error *walk_read(const struct recording *recording, void *to, size_t n, uint64_t at);
