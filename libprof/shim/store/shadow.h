/* The small live objects where everything is recorded: a shadow of the heap (struct
 * recording_leaf).
 *
 * What is known of a block lies at a place that its address gives, 12 bytes in a leaf that it
 * shares with its neighbours: two loads find it, and nobody else writes to it, so that no
 * instruction is locked. That takes blocks that never start within the same granule: 32 bytes for
 * glibc, whose chunks are never smaller; 16 for other allocators, whose blocks of up to 8 have no
 * slot. Leaves are in the recording and made as the heap grows; the way to them is a tree of two
 * levels in private memory. Leaves stay when the heap shrinks: it grows again to the same
 * addresses. Of a freed block the slot still tells until the address is given out again.
 *
 * A leaf takes three eighths of the memory that it stands for (three quarters where a granule is 16
 * bytes), so only small blocks are worth it: for others an entry of the hash table is smaller, and
 * the time it takes is small beside what is done with them.
 *
 * Of two threads that free one block at the same moment both may find it: that program is beyond
 * help. */
#pragma once

#include "common/layout.h"
#include "shim/store/object_table.h"

#include <stdbool.h>
#include <stddef.h>

/* 2^19 leaves, a GiB of heap (half of it where a granule is 16 bytes), to a middle table; together
 * the 47 bits of a user address. */
enum { SHADOW_LEAF_BITS = 6, SHADOW_MIDDLE_BITS = 19, SHADOW_TOP_BITS = 18 };

/* The largest block that has a slot. */
enum { SHADOW_LARGEST = 255 };
/* Where a granule is 16 bytes the smallest: an object of 9 bytes may need to be aligned to 8, so a
 * block of as many cannot begin within 16 bytes of another's start. */
enum { SHADOW_SMALLEST = 9 };
_Static_assert((int)SHADOW_LARGEST <= (int)SLOT_SIZE_MAX, "a slot holds the size");

extern struct recording_leaf **shadow_top[1 << SHADOW_TOP_BITS]
    __attribute__((visibility("hidden")));
extern bool shadow_used __attribute__((visibility("hidden")));
extern uint32_t shadow_shift __attribute__((visibility("hidden"))); /* of a granule */
/* Blocks have a slot whose size less this is below that. */
extern uint64_t shadow_smallest __attribute__((visibility("hidden")));
extern uint64_t shadow_sizes __attribute__((visibility("hidden")));

/* From now on there are slots, for granules of 1 << shift bytes. Before the first block is
 * recorded.
 */
void shadow_begin(uint32_t shift);

/* After fork, in the child: there is none. */
void shadow_reset(void);

static inline uintptr_t shadow_top_index(uintptr_t granule) {
  return granule >> (SHADOW_LEAF_BITS + SHADOW_MIDDLE_BITS) & ((1 << SHADOW_TOP_BITS) - 1);
}

static inline uintptr_t shadow_middle_index(uintptr_t granule) {
  return granule >> SHADOW_LEAF_BITS & ((1 << SHADOW_MIDDLE_BITS) - 1);
}

static inline bool shadow_has(uint64_t size) {
  return size - shadow_smallest < shadow_sizes;
}

/* The slot of the granule that the address is in, or NULL. It may tell of a block that starts at
 * another: ask SLOT_IS. */
static inline struct recording_slot *shadow_slot(uintptr_t address) {
  uintptr_t granule = address >> shadow_shift;
  struct recording_leaf **middle =
      __atomic_load_n(&shadow_top[shadow_top_index(granule)], __ATOMIC_ACQUIRE);
  if (__builtin_expect(!middle, 0))
    return NULL;
  struct recording_leaf *leaf =
      __atomic_load_n(&middle[shadow_middle_index(granule)], __ATOMIC_ACQUIRE);
  if (__builtin_expect(!leaf, 0))
    return NULL;
  struct recording_slot *slot = &leaf->slot[granule % LEAF_SLOTS];
  __asm__("" : "+r"(slot)); /* in one register from here on, not in the two that it is made of */
  if (!slot)
    __builtin_unreachable();
  return slot;
}

/* The same, made if it is not there; NULL where there is no room (counted in `dropped`). */
struct recording_slot *shadow_make(uintptr_t address);

static inline uint32_t shadow_time(uint64_t ns) {
  uint32_t time = (uint32_t)(ns >> SLOT_TIME_SHIFT);
  return time + !time;
}

/* A block is there now. */
static inline void shadow_fill(struct recording_slot *slot, uint32_t what, uint32_t site,
                               uint32_t time) {
  slot->site = site;
  slot->time = time;
  __atomic_store_n(&slot->what, what, __ATOMIC_RELEASE);
}

/* The live block is there no more; `stack` as in recording_slot.time. */
static inline void shadow_free(struct recording_slot *slot, uint32_t what, uint32_t stack) {
  slot->time = stack;
  __atomic_store_n(&slot->what, what ^ (SLOT_LIVE | SLOT_FREED), __ATOMIC_RELEASE);
}

static inline void shadow_read(const struct recording_slot *slot, uint32_t what,
                               struct recording_object *ret) {
  *ret = (struct recording_object){SLOT_SIZE(what), (uint64_t)slot->time << SLOT_TIME_SHIFT,
                                   slot->site,
                                   SLOT_THREAD(what) | SLOT_FAMILY(what) << OBJECT_FAMILY_SHIFT};
}

/* A block that has no slot is at p now: what the slot tells is past. */
static inline void shadow_clear(const void *p) {
  struct recording_slot *slot = shadow_slot((uintptr_t)p);
  uint32_t what = slot ? __atomic_load_n(&slot->what, __ATOMIC_ACQUIRE) : SLOT_NONE;
  if (what & SLOT_FREED) /* its neighbour's owner may fill it at this moment */
    __atomic_compare_exchange_n(&slot->what, &what, SLOT_NONE, false, __ATOMIC_RELEASE,
                                __ATOMIC_RELAXED);
}

bool shadow_add(const void *p, const struct recording_object *object);
bool shadow_remove(const void *p, struct recording_object *object);

/* The block that holds the address but does not start there; only so far down as a search is worth
 * it. */
bool shadow_around(uintptr_t address, uintptr_t *start, struct recording_object *ret);

uint64_t shadow_room(void);
void shadow_each(object_visit_fn *visit, void *context);
