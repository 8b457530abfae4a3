#include "shim/store/wide_shadow.h"

#include "shim/store/leaf_tree.h"
#include "shim/store/space.h"

void **wide_top[1 << WIDE_TOP_BITS];
static struct leaf_tree wide_tree = {.top = wide_top, .table = TABLE_WIDE_LEAVES};

static struct recording_wide_granule *wide_make(uintptr_t address) {
  uintptr_t number = address >> WIDE_GRANULE_SHIFT;
  struct recording_wide_leaf *leaf =
      leaf_tree_make(&wide_tree, wide_top_index(number), wide_middle_index(number),
                     (number & ~(uintptr_t)(WIDE_LEAF_GRANULES - 1)) << WIDE_GRANULE_SHIFT);
  return leaf ? &leaf->granule[number % WIDE_LEAF_GRANULES] : NULL;
}

bool wide_shadow_add(const void *p, const struct recording_object *object) {
  struct recording_wide_granule *wide = wide_shadow_at((uintptr_t)p);
  if (!wide && !(wide = wide_make((uintptr_t)p)))
    return false;
  wide->size = (uint32_t)object->size;
  shadow_fill(&wide->granule, WIDE_GRANULE_PACK((uintptr_t)p, shadow_bits(object)), object->site,
              shadow_birth(object));
  return true;
}

void wide_shadow_read(const struct recording_wide_granule *wide, struct recording_object *ret) {
  shadow_read(&wide->granule, wide_packed(wide), ret);
  ret->size = wide->size;
}

bool wide_shadow_remove(const void *p, struct recording_object *object,
                        struct recording_granule **ret) {
  struct recording_wide_granule *wide = wide_shadow_find(p);
  if (!wide)
    return false;
  wide_shadow_read(wide, object);
  shadow_free(&wide->granule, wide_packed(wide), 0);
  *ret = &wide->granule;
  return true;
}

bool wide_shadow_around(uintptr_t address, uintptr_t *start, struct recording_object *ret) {
  uintptr_t at = address & ~(uintptr_t)(WIDE_LEAST - 1);
  for (int i = (WIDE_LARGEST >> WIDE_GRANULE_SHIFT) + 1; i >= 0 && at >= WIDE_LEAST;
       i--, at -= WIDE_LEAST) {
    const struct recording_wide_granule *wide = wide_shadow_at(at);
    uint32_t packed = wide ? wide_packed(wide) : GRANULE_NONE;
    *start = WIDE_GRANULE_ADDRESS(packed, at);
    if (!(packed & GRANULE_LIVE) || *start > address)
      continue;
    wide_shadow_read(wide, ret);
    return address != *start && address - *start < ret->size && wide_packed(wide) == packed;
  }
  return false;
}

void wide_shadow_reset(void) {
  leaf_tree_reset(&wide_tree);
}

static uint64_t n_wide_leaves(void) {
  return __atomic_load_n(&recording->table[TABLE_WIDE_LEAVES].count, __ATOMIC_ACQUIRE);
}

uint64_t wide_shadow_room(void) {
  return n_wide_leaves() * WIDE_LEAF_GRANULES;
}

void wide_leaf_each(const struct recording_wide_leaf *leaf, object_visit_fn *visit, void *context) {
  uint64_t start = __atomic_load_n(&leaf->start, __ATOMIC_ACQUIRE);
  for (unsigned k = 0; start && k < WIDE_LEAF_GRANULES; k++) {
    struct recording_object object;
    uint32_t packed = wide_packed(&leaf->granule[k]);
    if (!(packed & GRANULE_LIVE))
      continue;
    wide_shadow_read(&leaf->granule[k], &object);
    visit(context, WIDE_GRANULE_ADDRESS(packed, start + ((uint64_t)k << WIDE_GRANULE_SHIFT)),
          &object);
  }
}

void wide_shadow_each(object_visit_fn *visit, void *context) {
  uint64_t n = n_wide_leaves();
  for (uint64_t i = 0; i < n && space_has_leaf(TABLE_WIDE_LEAVES, i); i++)
    wide_leaf_each(table_at(TABLE_WIDE_LEAVES, i), visit, context);
}
