/* The small live objects where everything is recorded: a shadow of the heap (struct
 * recording_leaf).
 *
 * A block's record, its granule, is 12 bytes at a place that the block's address gives, in a leaf
 * that it shares with its neighbours. Two loads find it, and nobody else writes to it, so no
 * instruction is locked. This works only for blocks that never start within the same granule: a
 * granule is 32 bytes for glibc, whose chunks are never smaller, and 16 for other allocators, whose
 * blocks of up to 8 bytes have none. Leaves are in the recording and made as the heap grows; a tree
 * of two levels in private memory leads to them. Leaves stay when the heap shrinks, because it
 * grows again to the same addresses. The granule of a freed block names the allocation and the free
 * until its address is given out again.
 *
 * A leaf takes three eighths of the memory that it stands for (three quarters where a granule is 16
 * bytes), so only small blocks are worth it. For larger blocks there is a second shadow of wide
 * granules (wide_shadow.h).
 *
 * If two threads free one block at the same moment, both may find it: that program is beyond help.
 */
#pragma once

#include "common/layout.h"
#include "shim/store/leaf_tree.h"
#include "shim/store/object_table.h"

#include <stdbool.h>
#include <stddef.h>

/* 2^19 leaves, a GiB of heap (half of it where a granule is 16 bytes), to a middle table; together
 * the 47 bits of a user address. */
enum { SHADOW_LEAF_BITS = 6, SHADOW_MIDDLE_BITS = LEAF_TREE_MIDDLE_BITS, SHADOW_TOP_BITS = 18 };

/* The largest block that has a granule. */
enum { SHADOW_LARGEST = 255 };
/* Where a granule is 16 bytes the smallest: an object of 9 bytes may need to be aligned to 8, so a
 * block of as many cannot begin within 16 bytes of another's start. */
enum { SHADOW_SMALLEST = 9 };
_Static_assert((int)SHADOW_LARGEST <= (int)GRANULE_SIZE_MAX, "a granule holds the size");

extern void **shadow_top[1 << SHADOW_TOP_BITS] __attribute__((visibility("hidden")));
extern bool shadow_used __attribute__((visibility("hidden")));
extern uint32_t shadow_shift __attribute__((visibility("hidden"))); /* of a granule */
/* A block of `size` bytes has a granule if size - shadow_smallest < shadow_sizes (one unsigned
 * compare). */
extern uint64_t shadow_smallest __attribute__((visibility("hidden")));
extern uint64_t shadow_sizes __attribute__((visibility("hidden")));

/* From now on there are granules, of 1 << shift bytes. Called before the first block is recorded.
 */
void shadow_begin(uint32_t shift);

/* Forgets the shadow: after fork, in the child. */
void shadow_reset(void);

static inline uintptr_t shadow_top_index(uintptr_t number) {
  return number >> (SHADOW_LEAF_BITS + SHADOW_MIDDLE_BITS) & ((1 << SHADOW_TOP_BITS) - 1);
}

static inline uintptr_t shadow_middle_index(uintptr_t number) {
  return number >> SHADOW_LEAF_BITS & ((1 << SHADOW_MIDDLE_BITS) - 1);
}

static inline bool shadow_has(uint64_t size) {
  return size - shadow_smallest < shadow_sizes;
}

/* The granule that the address is in, or NULL. It may be of a block that starts at another address:
 * ask GRANULE_IS. */
static inline struct recording_granule *shadow_granule(uintptr_t address) {
  uintptr_t number = address >> shadow_shift;
  void **middle = __atomic_load_n(&shadow_top[shadow_top_index(number)], __ATOMIC_ACQUIRE);
  if (__builtin_expect(!middle, 0))
    return NULL;
  struct recording_leaf *leaf =
      __atomic_load_n(&middle[shadow_middle_index(number)], __ATOMIC_ACQUIRE);
  if (__builtin_expect(!leaf, 0))
    return NULL;
  struct recording_granule *granule = &leaf->granule[number % LEAF_GRANULES];
  __asm__("" : "+r"(granule)); /* in one register from here on, not in the two that it is made of */
  if (!granule)
    __builtin_unreachable();
  return granule;
}

/* The leaf of the granule that the address is in, or NULL. */
static inline const struct recording_leaf *shadow_leaf(uintptr_t address) {
  const struct recording_granule *granule = shadow_granule(address);
  uintptr_t before = (address >> shadow_shift) % LEAF_GRANULES * sizeof(*granule) +
                     offsetof(struct recording_leaf, granule);
  return granule ? (const void *)((const char *)granule - before) : NULL;
}

/* The same as shadow_granule, made if it is not there; NULL where there is no room (counted in
 * `dropped`). */
struct recording_granule *shadow_make(uintptr_t address);

static inline uint32_t shadow_time(uint64_t ns) {
  uint32_t time = (uint32_t)(ns >> GRANULE_TIME_SHIFT);
  return time + !time;
}

/* A block is there now. */
static inline void shadow_fill(struct recording_granule *granule, uint32_t packed, uint32_t site,
                               uint32_t time) {
  granule->site = site;
  granule->time = time;
  __atomic_store_n(&granule->packed, packed, __ATOMIC_RELEASE);
}

/* The live block is gone; `stack` as in recording_granule.time. */
static inline void shadow_free(struct recording_granule *granule, uint32_t packed, uint32_t stack) {
  granule->time = stack;
  __atomic_store_n(&granule->packed, packed ^ (GRANULE_LIVE | GRANULE_FREED), __ATOMIC_RELEASE);
}

/* A granule's bits of the object's thread and family. */
static inline uint32_t shadow_bits(const struct recording_object *object) {
  return GRANULE_THREAD_BITS(object->thread & ~OBJECT_FAMILY_MASK) | OBJECT_FAMILY(object->thread)
                                                                         << GRANULE_FAMILY_SHIFT;
}

static inline uint32_t shadow_birth(const struct recording_object *object) {
  return object->time ? shadow_time(object->time) : 0;
}

static inline void shadow_read(const struct recording_granule *granule, uint32_t packed,
                               struct recording_object *ret) {
  *ret = (struct recording_object){
      GRANULE_SIZE(packed), (uint64_t)granule->time << GRANULE_TIME_SHIFT, granule->site,
      GRANULE_THREAD(packed) | GRANULE_FAMILY(packed) << OBJECT_FAMILY_SHIFT};
}

/* Forgets the freed block of the granule, if it is of one. */
static inline void shadow_clear_granule(struct recording_granule *granule) {
  uint32_t packed = __atomic_load_n(&granule->packed, __ATOMIC_ACQUIRE);
  if (packed & GRANULE_FREED) /* its neighbour's owner may fill it at this moment */
    __atomic_compare_exchange_n(&granule->packed, &packed, GRANULE_NONE, false, __ATOMIC_RELEASE,
                                __ATOMIC_RELAXED);
}

/* A block that has no granule is at p now. */
static inline void shadow_clear(const void *p) {
  struct recording_granule *granule = shadow_granule((uintptr_t)p);
  if (granule)
    shadow_clear_granule(granule);
}

bool shadow_add(const void *p, const struct recording_object *object);
/* As objects_remove. */
bool shadow_remove(const void *p, struct recording_object *object, struct recording_granule **ret);

/* The block that holds the address but does not start there; only so far down as a search is worth
 * it. */
bool shadow_around(uintptr_t address, uintptr_t *start, struct recording_object *ret);

uint64_t shadow_room(void);
void shadow_each(object_visit_fn *visit, void *context);
/* The objects of one leaf, whose granules are of 1 << shift bytes. */
void leaf_each(const struct recording_leaf *leaf, uint32_t shift, object_visit_fn *visit,
               void *context);
