#include "shim/frees/operators.h"

#include "shim/frees/call_proof.h"
#include "shim/frees/family.h"
#include "shim/store/objects.h"

#include <stdlib.h>

#define EXPORT __attribute__((visibility("default")))

static const struct operators *operators;

EXPORT void memprof_operator_begin(const struct operators *seen) {
  operators = seen;
  call_proof_begin(seen);
}

static bool is_aligned(unsigned family) {
  return family == FAMILY_NEW_ALIGNED || family == FAMILY_NEW_ARRAY_ALIGNED;
}

/* Where the live block at p has its family, and what it is; NULL where it has no granule. */
static uint32_t *granule_of(const void *p, struct recording_object *ret) {
  struct recording_granule *granule = shadow_granule((uintptr_t)p);
  if (granule && GRANULE_IS(__atomic_load_n(&granule->packed, __ATOMIC_RELAXED), GRANULE_LIVE, p)) {
    shadow_read(granule, granule->packed, ret);
    return &granule->packed;
  }
  struct recording_wide_granule *wide = wide_shadow_find(p);
  if (wide)
    wide_shadow_read(wide, ret);
  return wide ? &wide->granule.packed : NULL;
}

/* The block is this thread's: nobody else changes its granule or object. */
static void mark(const void *p, unsigned family) {
  struct recording_object read, *object = NULL;
  uint32_t *packed = granule_of(p, &read);
  if (packed)
    __atomic_store_n(packed, *packed | family << GRANULE_FAMILY_SHIFT, __ATOMIC_RELEASE);
  else if ((object = object_table_find(p)))
    object->thread |= family << OBJECT_FAMILY_SHIFT;
}

/* Reports a mismatch, and clears the family: free, which comes next, must not report it again. */
static void settle(const void *p, unsigned family, const void *frame) {
  struct recording_object object, *kept = NULL;
  uint32_t *packed = granule_of(p, &object);
  if (packed) {
    __atomic_store_n(packed, *packed & ~GRANULE_FAMILY_MASK, __ATOMIC_RELEASE);
  } else if ((kept = object_table_find(p))) {
    object = *kept;
    kept->thread &= ~OBJECT_FAMILY_MASK;
  } else
    return;
  if (OBJECT_FAMILY(object.thread) != family)
    family_mismatch(p, &object, family, frame);
}

/* The next allocator refuses sizes that would overflow and alignments that are no power of two. */
static void *allocate(uintptr_t size, uintptr_t alignment, unsigned family) {
  size += !size;
  if (!is_aligned(family))
    return malloc(size);
  if (!alignment || alignment & (alignment - 1) || size > PTRDIFF_MAX || alignment > PTRDIFF_MAX)
    return NULL;
  return aligned_alloc(alignment, (size + alignment - 1) & -alignment);
}

EXPORT void *memprof_operator_new(uintptr_t size, uintptr_t second, uintptr_t third,
                                  enum operator_number number) {
  unsigned family = operator_family(number);
  void *p = allocate(size, second, family);
  if (!p)
    return operators->next[number](size, second, third);
  if (shadow_used)
    mark(p, family);
  return p;
}

EXPORT void *memprof_operator_delete(uintptr_t block, enum operator_number number) {
  void *p = (void *)block;
  if (p && shadow_used)
    settle(p, operator_family(number), __builtin_frame_address(0));
  free(p);
  return NULL;
}
