#include "shim/store/leaf_tree.h"

#include "shim/store/space.h"
#include "shim/sys/atomics.h"
#include "shim/sys/sandbox.h"
#include "shim/sys/sys.h"

#include <stddef.h>
#include <sys/mman.h>

#define MIDDLE_BYTES (sizeof(void *) << LEAF_TREE_MIDDLE_BITS)

void leaf_tree_reset(struct leaf_tree *tree) {
  for (uint32_t i = 0; i < tree->n_middles && i < LEAF_TREE_MIDDLES; i++) {
    if (!sandboxed())
      sys(SYS_munmap, tree->top[tree->middles[i]], MIDDLE_BYTES);
    tree->top[tree->middles[i]] = NULL;
  }
  tree->n_middles = 0;
}

static void **make_middle(struct leaf_tree *tree, uintptr_t at) {
  uint32_t n = __atomic_fetch_add(&tree->n_middles, 1, __ATOMIC_RELAXED);
  long made = n < LEAF_TREE_MIDDLES && !sandboxed()
                  ? sys(SYS_mmap, 0, MIDDLE_BYTES, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
                  : -1;
  if (sys_failed(made)) {
    __atomic_fetch_sub(&tree->n_middles, 1, __ATOMIC_RELAXED);
    return NULL;
  }
  void **expected = NULL, **middle = (void **)made;
  tree->middles[n] = (uint32_t)at;
  if (__atomic_compare_exchange_n(&tree->top[at], &expected, middle, false, __ATOMIC_ACQ_REL,
                                  __ATOMIC_ACQUIRE))
    return middle;
  sys(SYS_munmap, made, MIDDLE_BYTES); /* another thread was first; its number stands for both */
  return expected;
}

static void *make_leaf(const struct leaf_tree *tree, void **place, uint64_t start) {
  uint64_t index = space_take_leaf(tree->table);
  if (index == TABLE_FULL)
    return NULL;
  void *expected = NULL;
  uint64_t *leaf = table_at(tree->table, index);
  if (!__atomic_compare_exchange_n(place, &expected, leaf, false, __ATOMIC_ACQ_REL,
                                   __ATOMIC_ACQUIRE))
    return expected; /* ours stays unpublished */
  __atomic_store_n(leaf, start, __ATOMIC_RELEASE);
  return leaf;
}

void *leaf_tree_make(struct leaf_tree *tree, uintptr_t top_index, uintptr_t middle_index,
                     uint64_t start) {
  void **middle = __atomic_load_n(&tree->top[top_index], __ATOMIC_ACQUIRE);
  if (!middle && !(middle = make_middle(tree, top_index))) {
    counter_add(&recording->dropped[DROP_LIMIT], 1);
    return NULL;
  }
  void *leaf = __atomic_load_n(&middle[middle_index], __ATOMIC_ACQUIRE);
  return leaf ? leaf : make_leaf(tree, &middle[middle_index], start);
}
