/* The leaves of a recording (struct recording_leaf), by address. Private to record. */
#pragma once

#include "recording/objects.h"

/* What a walk over live objects carries along. */
struct object_walk {
  const struct recording *recording;
  live_object_fn *visit;
  void *context;
  uint64_t rejected;
};

/* Hands on an object that can be true, and counts one that cannot; false when `visit` says so. */
bool walk_visit(struct object_walk *walk, uint64_t address, const struct recording_object *object);

/* Reads n bytes of the file; an end of file is an error too. */
struct error *walk_read(const struct recording *recording, void *to, size_t n, uint64_t at);

/* Visits the blocks of all leaves in the order of their addresses. */
struct error *leaves_visit(struct object_walk *walk);
