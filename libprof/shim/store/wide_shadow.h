/* The live objects of 256 bytes to 64 KiB where everything is recorded: a second shadow of the heap
 * (store/shadow.h), of wide granules (struct recording_wide_leaf). It takes a sixteenth of the memory
 * that it stands for, and no instruction is locked; an entry of the hash table takes two, and a
 * search where the table is nearly full.
 *
 * Larger blocks would each take a leaf of their own, and blocks that are not aligned to 8 bytes have
 * no address in a granule: both are in the hash table. */
#pragma once

#include "shim/store/shadow.h"

/* The sizes that have a wide granule: from WIDE_LEAST up to this. */
enum { WIDE_LARGEST = (64 << 10) - 1 };

/* 2^19 leaves of 4 KiB: 2 GiB of heap to a middle table. */
enum { WIDE_LEAF_BITS = 4, WIDE_TOP_BITS = 16 };
_Static_assert(1 << WIDE_LEAF_BITS == WIDE_LEAF_GRANULES, "bits");
_Static_assert(WIDE_GRANULE_SHIFT + WIDE_LEAF_BITS + LEAF_TREE_MIDDLE_BITS + WIDE_TOP_BITS == 47,
               "a user address");

extern void **wide_top[1 << WIDE_TOP_BITS] __attribute__((visibility("hidden")));

static inline uintptr_t wide_top_index(uintptr_t number) {
  return number >> (WIDE_LEAF_BITS + LEAF_TREE_MIDDLE_BITS) & ((1 << WIDE_TOP_BITS) - 1);
}

static inline uintptr_t wide_middle_index(uintptr_t number) {
  return number >> WIDE_LEAF_BITS & ((1 << LEAF_TREE_MIDDLE_BITS) - 1);
}

/* The granule that the address is in, or NULL. */
static inline struct recording_wide_granule *wide_shadow_at(uintptr_t address) {
  uintptr_t number = address >> WIDE_GRANULE_SHIFT;
  void **middle = __atomic_load_n(&wide_top[wide_top_index(number)], __ATOMIC_ACQUIRE);
  struct recording_wide_leaf *leaf =
      middle ? __atomic_load_n(&middle[wide_middle_index(number)], __ATOMIC_ACQUIRE) : NULL;
  return leaf ? &leaf->granule[number % WIDE_LEAF_GRANULES] : NULL;
}

/* The leaf of that granule, or NULL. */
static inline const struct recording_wide_leaf *wide_shadow_leaf(uintptr_t address) {
  const struct recording_wide_granule *granule = wide_shadow_at(address);
  uintptr_t before = (address >> WIDE_GRANULE_SHIFT) % WIDE_LEAF_GRANULES * sizeof(*granule) +
                     offsetof(struct recording_wide_leaf, granule);
  return granule ? (const void *)((const char *)granule - before) : NULL;
}

static inline uint32_t wide_packed(const struct recording_wide_granule *wide) {
  return __atomic_load_n(&wide->granule.packed, __ATOMIC_ACQUIRE);
}

/* The granule of the live block at p, or NULL. */
static inline struct recording_wide_granule *wide_shadow_find(const void *p) {
  struct recording_wide_granule *wide = wide_shadow_at((uintptr_t)p);
  bool there = wide && !((uintptr_t)p & ((1u << WIDE_ALIGNMENT_SHIFT) - 1)) &&
               GRANULE_IS(wide_packed(wide), GRANULE_LIVE, (uintptr_t)p >> WIDE_ALIGNMENT_SHIFT);
  return there ? wide : NULL;
}

/* A block that has no wide granule is at p now: what the granule there says is past. */
static inline void wide_shadow_clear(const void *p) {
  struct recording_wide_granule *wide = wide_shadow_at((uintptr_t)p);
  if (wide)
    shadow_clear_granule(&wide->granule);
}

/* One unsigned compare, as in shadow_has. */
static inline bool wide_shadow_has(const void *p, uint64_t size) {
  return size - WIDE_LEAST <= WIDE_LARGEST - WIDE_LEAST &&
         !((uintptr_t)p & ((1u << WIDE_ALIGNMENT_SHIFT) - 1));
}

/* Adds p, for which wide_shadow_has is true; false where there is no room (counted in `dropped`). */
bool wide_shadow_add(const void *p, const struct recording_object *object);

void wide_shadow_read(const struct recording_wide_granule *wide, struct recording_object *ret);

bool wide_shadow_remove(const void *p, struct recording_object *object,
                        struct recording_granule **ret);

/* As shadow_around. */
bool wide_shadow_around(uintptr_t address, uintptr_t *start, struct recording_object *ret);

void wide_shadow_reset(void);
uint64_t wide_shadow_room(void);
void wide_shadow_each(object_visit_fn *visit, void *context);
/* The objects of one leaf. */
void wide_leaf_each(const struct recording_wide_leaf *leaf, object_visit_fn *visit, void *context);
