#include "shim/store/shadow.h"

#include "shim/store/leaf_tree.h"
#include "shim/store/space.h"

void **shadow_top[1 << SHADOW_TOP_BITS];
bool shadow_used;
uint32_t shadow_shift;
uint64_t shadow_smallest, shadow_sizes;

static struct leaf_tree shadow_tree = {.top = shadow_top, .table = TABLE_LEAVES};

void shadow_begin(uint32_t shift) {
  shadow_shift = recording->granule_shift = shift;
  shadow_smallest = shift == GRANULE_SHIFT_MOST ? 0 : SHADOW_SMALLEST;
  shadow_sizes = SHADOW_LARGEST + 1 - shadow_smallest;
  shadow_used = true;
}

void shadow_reset(void) {
  leaf_tree_reset(&shadow_tree);
  shadow_used = false;
  shadow_sizes = 0;
}

struct recording_granule *shadow_make(uintptr_t address) {
  uintptr_t number = address >> shadow_shift;
  struct recording_leaf *leaf =
      leaf_tree_make(&shadow_tree, shadow_top_index(number), shadow_middle_index(number),
                     (number & ~(uintptr_t)(LEAF_GRANULES - 1)) << shadow_shift);
  return leaf ? &leaf->granule[number % LEAF_GRANULES] : NULL;
}

bool shadow_add(const void *p, const struct recording_object *object) {
  struct recording_granule *granule = shadow_granule((uintptr_t)p);
  if (!granule && !(granule = shadow_make((uintptr_t)p)))
    return false;
  shadow_fill(granule, GRANULE_PACK((uintptr_t)p, object->size, shadow_bits(object)), object->site,
              shadow_birth(object));
  return true;
}

bool shadow_remove(const void *p, struct recording_object *object, struct recording_granule **ret) {
  struct recording_granule *granule = shadow_granule((uintptr_t)p);
  uint32_t packed = granule ? __atomic_load_n(&granule->packed, __ATOMIC_ACQUIRE) : GRANULE_NONE;
  if (!GRANULE_IS(packed, GRANULE_LIVE, p))
    return false;
  shadow_read(granule, packed, object);
  shadow_free(granule, packed, 0);
  *ret = granule;
  return true;
}

bool shadow_around(uintptr_t address, uintptr_t *start, struct recording_object *ret) {
  uintptr_t number = 1ul << shadow_shift, at = address & ~(number - 1);
  /* A block may begin in the midst of a granule and so reach into one more. */
  for (int i = (SHADOW_LARGEST >> shadow_shift) + 1; i >= 0 && at >= number; i--, at -= number) {
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

void leaf_each(const struct recording_leaf *leaf, uint32_t shift, object_visit_fn *visit,
               void *context) {
  uint64_t start = __atomic_load_n(&leaf->start, __ATOMIC_ACQUIRE);
  for (unsigned k = 0; start && k < LEAF_GRANULES; k++) {
    uint32_t packed = __atomic_load_n(&leaf->granule[k].packed, __ATOMIC_ACQUIRE);
    struct recording_object object;
    if (!(packed & GRANULE_LIVE))
      continue;
    shadow_read(&leaf->granule[k], packed, &object);
    visit(context, GRANULE_ADDRESS(packed, start + ((uint64_t)k << shift)), &object);
  }
}

void shadow_each(object_visit_fn *visit, void *context) {
  uint64_t n = n_leaves();
  for (uint64_t i = 0; i < n && space_has_leaf(TABLE_LEAVES, i); i++)
    leaf_each(table_at(TABLE_LEAVES, i), shadow_shift, visit, context);
}
