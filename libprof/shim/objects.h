/* The live recorded objects: of samples a hash table, where everything is recorded a shadow of the
 * heap.
 *
 * An address has one owner at a time: the thread that got it from malloc, then whoever frees it.
 * Removing must come before the block is freed, or the next owner's entry would be met. */
#pragma once

#include "shim/object_table.h"
#include "shim/shadow.h"

static inline bool objects_shadowed(const void *p) {
  return shadow_used && (uintptr_t)p % (1 << GRANULE_SHIFT) == 0;
}

/* Adds p; false if there is no room for it (counted in `dropped`). */
static inline bool objects_add(const void *p, const struct recording_object *object) {
  return objects_shadowed(p) ? shadow_add(p, object) : object_table_add(p, object);
}

/* Takes p out and copies what it was to *object; false if it is not there. */
static inline bool objects_remove(const void *p, struct recording_object *object) {
  return objects_shadowed(p) ? shadow_remove(p, object) : object_table_remove(p, object);
}

/* At least as many as there are. */
static inline uint64_t objects_room(void) {
  return object_table_room() + shadow_room();
}

static inline void objects_each(object_visit_fn *visit, void *context) {
  object_table_each(visit, context);
  shadow_each(visit, context);
}
