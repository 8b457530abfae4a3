#include "shim/store/shadow.h"

#include "shim/store/space.h"
#include "shim/sys/atomics.h"
#include "shim/sys/sandbox.h"
#include "shim/sys/sys.h"

#include <sys/mman.h>

#define MIDDLE_BYTES (sizeof(struct recording_leaf *) << SHADOW_MIDDLE_BITS)

struct recording_leaf **shadow_top[1 << SHADOW_TOP_BITS];
bool shadow_used;
uint32_t shadow_shift;
uint64_t shadow_smallest, shadow_sizes;

/* Which of shadow_top are set, for what goes through all; more than these are not made. */
enum { MIDDLES = 1024 };
static uint32_t middles[MIDDLES], n_middles;

void shadow_begin(uint32_t shift) {
  shadow_shift = recording->granule_shift = shift;
  shadow_smallest = shift == GRANULE_SHIFT_MOST ? 0 : SHADOW_SMALLEST;
  shadow_sizes = SHADOW_LARGEST + 1 - shadow_smallest;
  shadow_used = true;
}

void shadow_reset(void) {
  for (uint32_t i = 0; i < n_middles && i < MIDDLES; i++) {
    if (!sandboxed())
      sys(SYS_munmap, shadow_top[middles[i]], MIDDLE_BYTES);
    shadow_top[middles[i]] = NULL;
  }
  n_middles = 0;
  shadow_used = false;
  shadow_sizes = 0;
}

static struct recording_leaf **make_middle(uintptr_t at) {
  uint32_t n = __atomic_fetch_add(&n_middles, 1, __ATOMIC_RELAXED);
  long made = n < MIDDLES && !sandboxed() ? sys(SYS_mmap, 0, MIDDLE_BYTES, PROT_READ | PROT_WRITE,
                                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
                                          : -1;
  if (sys_failed(made)) {
    __atomic_fetch_sub(&n_middles, 1, __ATOMIC_RELAXED);
    return NULL;
  }
  struct recording_leaf **expected = NULL, **middle = (struct recording_leaf **)made;
  middles[n] = (uint32_t)at;
  if (__atomic_compare_exchange_n(&shadow_top[at], &expected, middle, false, __ATOMIC_ACQ_REL,
                                  __ATOMIC_ACQUIRE))
    return middle;
  sys(SYS_munmap, made, MIDDLE_BYTES); /* another thread was first; its number stands for both */
  return expected;
}

static struct recording_leaf *make_leaf(struct recording_leaf **place, uintptr_t start) {
  uint64_t index = space_take_leaf();
  if (index == TABLE_FULL)
    return NULL;
  struct recording_leaf *expected = NULL, *leaf = table_at(TABLE_LEAVES, index);
  if (!__atomic_compare_exchange_n(place, &expected, leaf, false, __ATOMIC_ACQ_REL,
                                   __ATOMIC_ACQUIRE))
    return expected; /* ours stays unpublished */
  __atomic_store_n(&leaf->start, start, __ATOMIC_RELEASE);
  return leaf;
}

struct recording_granule *shadow_make(uintptr_t address) {
  uintptr_t number = address >> shadow_shift, at = shadow_top_index(number);
  struct recording_leaf **middle = __atomic_load_n(&shadow_top[at], __ATOMIC_ACQUIRE);
  if (!middle && !(middle = make_middle(at))) {
    counter_add(&recording->dropped[DROP_LIMIT], 1);
    return NULL;
  }
  struct recording_leaf **place = &middle[shadow_middle_index(number)];
  struct recording_leaf *leaf = __atomic_load_n(place, __ATOMIC_ACQUIRE);
  if (!leaf)
    leaf = make_leaf(place, (number & ~(uintptr_t)(LEAF_GRANULES - 1)) << shadow_shift);
  return leaf ? &leaf->granule[number % LEAF_GRANULES] : NULL;
}

bool shadow_add(const void *p, const struct recording_object *object) {
  struct recording_granule *granule = shadow_granule((uintptr_t)p);
  if (!granule && !(granule = shadow_make((uintptr_t)p)))
    return false;
  uint32_t bits = GRANULE_THREAD_BITS(object->thread & ~OBJECT_FAMILY_MASK) |
                  OBJECT_FAMILY(object->thread) << GRANULE_FAMILY_SHIFT;
  shadow_fill(granule, GRANULE_PACK((uintptr_t)p, object->size, bits), object->site,
              object->time ? shadow_time(object->time) : 0);
  return true;
}

bool shadow_remove(const void *p, struct recording_object *object) {
  struct recording_granule *granule = shadow_granule((uintptr_t)p);
  uint32_t packed = granule ? __atomic_load_n(&granule->packed, __ATOMIC_ACQUIRE) : GRANULE_NONE;
  if (!GRANULE_IS(packed, GRANULE_LIVE, p))
    return false;
  shadow_read(granule, packed, object);
  shadow_free(granule, packed, 0);
  return true;
}

bool shadow_around(uintptr_t address, uintptr_t *start, struct recording_object *ret) {
  uintptr_t number = 1ul << shadow_shift, at = address & ~(number - 1);
  for (int i = SHADOW_LARGEST >> shadow_shift; i >= 0 && at >= number; i--, at -= number) {
    struct recording_granule *granule = shadow_granule(at);
    uint32_t packed = granule ? __atomic_load_n(&granule->packed, __ATOMIC_ACQUIRE) : GRANULE_NONE;
    *start = GRANULE_ADDRESS(packed, at);
    if (!(packed & GRANULE_LIVE) || *start > address)
      continue;
    shadow_read(granule, packed, ret);
    return address != *start && address - *start < ret->size &&
           __atomic_load_n(&granule->packed, __ATOMIC_ACQUIRE) == packed;
  }
  return false;
}

static uint64_t n_leaves(void) {
  return shadow_used ? __atomic_load_n(&recording->table[TABLE_LEAVES].count, __ATOMIC_ACQUIRE) : 0;
}

uint64_t shadow_room(void) {
  return n_leaves() * LEAF_GRANULES;
}

void shadow_each(object_visit_fn *visit, void *context) {
  uint64_t n = n_leaves();
  for (uint64_t i = 0; i < n && space_has_leaf(i); i++) {
    const struct recording_leaf *leaf = table_at(TABLE_LEAVES, i);
    uint64_t start = __atomic_load_n(&leaf->start, __ATOMIC_ACQUIRE);
    for (unsigned k = 0; start && k < LEAF_GRANULES; k++) {
      uint32_t packed = __atomic_load_n(&leaf->granule[k].packed, __ATOMIC_ACQUIRE);
      struct recording_object object;
      if (!(packed & GRANULE_LIVE))
        continue;
      shadow_read(&leaf->granule[k], packed, &object);
      visit(context, GRANULE_ADDRESS(packed, start + ((uint64_t)k << shadow_shift)), &object);
    }
  }
}
