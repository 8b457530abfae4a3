/* Families of blocks (enum block_family): a block of new, new[] or malloc may be freed by another's
 * counterpart. A block's family is kept in its granule or object. It is FAMILY_MALLOC wherever
 * libmemprof-new.so is not loaded or does nothing: then a free pays one branch for it.
 *
 * The shim reports a mismatch only where it cannot have missed an operator that would explain it:
 * see call_proof.h. */
#pragma once

#include "common/layout.h"

/* The block at p, which was `object` and is about to be freed by a call of this family. */
void family_mismatch(const void *p, const struct recording_object *object,
                     enum block_family freed_as, const void *frame);

static inline void family_check(const void *p, const struct recording_object *object,
                                enum block_family freed_as, const void *frame) {
  if (__builtin_expect(object->thread & OBJECT_FAMILY_MASK, 0))
    family_mismatch(p, object, freed_as, frame);
}

/* The same of a block with a granule and a family, by free. */
void family_check_granule(const void *p, const struct recording_granule *granule,
                          const void *frame);
