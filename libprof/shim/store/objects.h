/* The live recorded objects: a hash table, and where everything is recorded two shadows of the heap,
 * for small ones and for those up to 64 KiB.
 *
 * An address has one owner at a time: the thread that got it from malloc, then the one that frees
 * it. Removing must come before the block is freed, or the next owner's entry would be met. */
#pragma once

#include "shim/store/object_table.h"
#include "shim/store/shadow.h"
#include "shim/store/wide_shadow.h"
#include "shim/sys/next.h"

/* A block that the program reported is no block of the heap. */
static inline bool is_reported(const void *p) {
  return (uintptr_t)p & OBJECT_POOL;
}

/* Adds p; false if there is no room for it (counted in `dropped`). Blocks of the early arena have no
 * granule: free hands on to the next allocator what has one. */
static inline bool objects_add(const void *p, const struct recording_object *object) {
  if (!shadow_used || is_reported(p) || next_is_early(p))
    return object_table_add(p, object);
  if (shadow_has(object->size))
    return shadow_add(p, object);
  shadow_clear(p);
  if (wide_shadow_has(p, object->size))
    return wide_shadow_add(p, object);
  wide_shadow_clear(p);
  return object_table_add(p, object);
}

/* Takes p out and copies what it was to *object; false if it is not there. *granule: the one that it
 * had, which is of a freed block now, or NULL. */
static inline bool objects_remove(const void *p, struct recording_object *object,
                                  struct recording_granule **granule) {
  *granule = NULL;
  if (shadow_used && (shadow_remove(p, object, granule) || wide_shadow_remove(p, object, granule)))
    return true;
  return object_table_remove(p, object);
}

/* At least as many as there are. */
static inline uint64_t objects_room(void) {
  return object_table_room() + shadow_room() + wide_shadow_room();
}

static inline void objects_each(object_visit_fn *visit, void *context) {
  object_table_each(visit, context);
  shadow_each(visit, context);
  wide_shadow_each(visit, context);
}
