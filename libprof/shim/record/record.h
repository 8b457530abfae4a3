/* The slow path: an allocation that is sampled, and a free of a block that may have been.
 *
 * It is lock-free, except when the recording grows; it never allocates; it preserves errno, because
 * it makes raw system calls only. Functions that take the caller's frame expect
 * __builtin_frame_address(0) of the interposed function. */
#pragma once

#include "shim/count/thread.h"
#include "shim/store/objects.h"

#include <stddef.h>

/* The sampled allocation of `size` bytes at p has succeeded: counts it, records it, draws anew. */
void record_alloc(void *p, size_t size, const void *frame);

/* The same for a call that is not known (exact.h), and for a block that the program reports, by its
 * key (OBJECT_POOL). */
void record_anew(void *p, size_t size, const void *frame);

/* p, not NULL, for which the filter gave an alarm, is about to be freed: records that, if p is
 * recorded. (exact_free is faster for a block with a granule.) */
void record_free(const void *p, const void *frame);

/* realloc in two halves: the entry of p is taken out before the call, and put back if the call
 * fails. */
bool record_take(const void *p, bool by_realloc, struct recording_object *object,
                 const void *frame);
void record_put_back(const void *p, const struct recording_object *object);
/* The block that was `object` is gone. */
void record_freed(const struct recording_object *object);
