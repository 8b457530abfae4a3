/* The slow path: an allocation that is sampled, and a free of a block that may have been.
 *
 * Lock-free but for growth of the recording, never allocates, preserves errno (it makes raw system
 * calls only). Functions that take the caller's frame expect __builtin_frame_address(0) of the
 * interposed function. */
#pragma once

#include "shim/count/thread.h"
#include "shim/store/objects.h"

#include <stddef.h>

/* The sampled allocation of `size` bytes at p has succeeded: counts it, records it, draws anew. */
void record_alloc(void *p, size_t size, const void *frame);

/* The same where it is no call that is known (exact.h), and for a block that the program reports,
 * by its key (OBJECT_POOL). */
void record_anew(void *p, size_t size, const void *frame);

/* p, not NULL, which filter_hit, is about to be freed: records that, if p is recorded. (One with a
 * granule is faster with exact_free.) */
void record_free(const void *p, const void *frame);

/* realloc in two halves: what was recorded of p is taken out before the call, and comes back if it
 * fails. */
bool record_take(const void *p, struct recording_object *object, const void *frame);
void record_put_back(const void *p, const struct recording_object *object);
/* The block that was `object` is gone. */
void record_freed(const struct recording_object *object);
