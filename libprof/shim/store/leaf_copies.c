#include "shim/store/leaf_copies.h"

#include "shim/store/kept.h"
#include "shim/store/shadow.h"
#include "shim/store/wide_shadow.h"
#include "shim/sys/sandbox.h"
#include "shim/sys/sys.h"

#include <sys/mman.h>

static const enum recording_table_id table_of[LEAF_KINDS] = {TABLE_LEAVES, TABLE_WIDE_LEAVES};

/* The mapping: | struct | a byte for each leaf: it is kept | copies of leaves |, by kinds. */
static uint64_t all_leaves(const struct leaf_copies *copies) {
  return copies->leaves[0] + copies->leaves[1];
}

static unsigned words_of(unsigned kind) {
  return (unsigned)(table_element_size(table_of[kind]) / sizeof(kept_word));
}

static uint8_t *kept_at(const struct leaf_copies *copies, unsigned kind, uint64_t i) {
  return (uint8_t *)(copies + 1) + (kind ? copies->leaves[0] : 0) + i;
}

static kept_word *copy_at(const struct leaf_copies *copies, unsigned kind, uint64_t i) {
  uint64_t kept = (all_leaves(copies) + sizeof(kept_word) - 1) / sizeof(kept_word);
  uint64_t before = kind ? copies->leaves[0] * words_of(0) : 0;
  return (kept_word *)(copies + 1) + kept + before + i * words_of(kind);
}

static uint64_t leaves_now(unsigned kind) {
  uint64_t n = __atomic_load_n(&recording->table[table_of[kind]].count, __ATOMIC_ACQUIRE);
  while (n && !space_has_leaf(table_of[kind], n - 1))
    n--;
  return n;
}

uint64_t leaf_copies_wanted(void) {
  return leaves_now(0) + leaves_now(1);
}

struct leaf_copies *leaf_copies_make(void) {
  struct leaf_copies what = {.leaves = {leaves_now(0), leaves_now(1)},
                             .granule_shift = shadow_shift,
                             .parent = (uint32_t)sys(SYS_getpid)};
  what.bytes = (uint64_t)copy_at(&what, 1, what.leaves[1]) - (uint64_t)&what;
  long made = sys(SYS_mmap, 0, what.bytes, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (sys_failed(made))
    return NULL;
  *(struct leaf_copies *)made = what;
  return (struct leaf_copies *)made;
}

void leaf_copies_unmap(struct leaf_copies *copies) {
  if (copies && !sandboxed())
    sys(SYS_munmap, copies, copies->bytes);
}

static void keep(struct leaf_copies *copies, unsigned kind, uint64_t i) {
  if (i < copies->leaves[kind])
    kept_keep(table_at(table_of[kind], i), copy_at(copies, kind, i), kept_at(copies, kind, i),
              words_of(kind));
}

void leaf_copies_keep(struct leaf_copies *copies, const void *p) {
  const void *leaf = shadow_leaf((uintptr_t)p), *wide = wide_shadow_leaf((uintptr_t)p);
  __atomic_store_n(&copies->is_touched, 1, __ATOMIC_RELAXED);
  if (leaf)
    keep(copies, 0, space_index_of(TABLE_LEAVES, leaf));
  if (wide)
    keep(copies, 1, space_index_of(TABLE_WIDE_LEAVES, wide));
}

bool leaf_copies_sweep(struct leaf_copies *copies) {
  uint64_t i = __atomic_fetch_add(&copies->next, 1, __ATOMIC_RELAXED), n = all_leaves(copies);
  if (i >= n)
    return false;
  bool wide = i >= copies->leaves[0];
  keep(copies, wide, wide ? i - copies->leaves[0] : i);
  __atomic_add_fetch(&copies->finished, 1, __ATOMIC_ACQ_REL);
  return true;
}

bool leaf_copies_complete(const struct leaf_copies *copies) {
  return __atomic_load_n(&copies->finished, __ATOMIC_ACQUIRE) == all_leaves(copies);
}

void leaf_copies_each(const struct leaf_copies *copies, const struct space_view *parent,
                      object_visit_fn *visit, void *context) {
  kept_word words[KEPT_WORDS_MOST];
  for (unsigned kind = 0; kind < LEAF_KINDS; kind++)
    for (uint64_t i = 0; i < copies->leaves[kind]; i++) {
      const kept_word *leaf = space_view_at(parent, table_of[kind], i);
      if (!leaf)
        continue;
      kept_read(leaf, copy_at(copies, kind, i), kept_at(copies, kind, i), words_of(kind), words);
      if (kind)
        wide_leaf_each((const struct recording_wide_leaf *)words, visit, context);
      else
        leaf_each((const struct recording_leaf *)words, copies->granule_shift, visit, context);
    }
}
