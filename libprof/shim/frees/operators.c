#include "shim/frees/operators.h"

#include "shim/frees/call_proof.h"
#include "shim/frees/family.h"
#include "shim/store/objects.h"
#include "shim/store/shadow.h"

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

/* The granule of the live block at p, or NULL where it has none. */
static struct recording_granule *granule_of(const void *p) {
  struct recording_granule *granule = shadow_granule((uintptr_t)p);
  return granule && GRANULE_IS(__atomic_load_n(&granule->packed, __ATOMIC_RELAXED), GRANULE_LIVE, p)
             ? granule
             : NULL;
}

/* The block is this thread's: nobody else changes its granule or object. */
static void mark(const void *p, unsigned family) {
  struct recording_granule *granule = granule_of(p);
  struct recording_object *object = granule ? NULL : object_table_find(p);
  if (granule)
    __atomic_store_n(&granule->packed, granule->packed | family << GRANULE_FAMILY_SHIFT,
                     __ATOMIC_RELEASE);
  else if (object)
    object->thread |= family << OBJECT_FAMILY_SHIFT;
}

/* Reports a mismatch, and clears the family: free, which comes next, must not report it again. */
static void settle(const void *p, unsigned family, const void *frame) {
  struct recording_granule *granule = granule_of(p);
  struct recording_object *kept = granule ? NULL : object_table_find(p), object;
  if (granule) {
    shadow_read(granule, granule->packed, &object);
    __atomic_store_n(&granule->packed, granule->packed & ~GRANULE_FAMILY_MASK, __ATOMIC_RELEASE);
  } else if (kept) {
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
