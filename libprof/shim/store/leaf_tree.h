/* From an address to a leaf of the recording (struct recording_leaf, struct recording_wide_leaf): a
 * tree of two levels in private memory. The top is its owner's array, which is read inline; here is
 * what makes and forgets the rest.
 *
 * Leaves are made once and stay. All of it is lock-free; nothing here may run on the usual path. */
#pragma once

#include "common/layout.h"

/* 2^19 leaves to a middle table. */
enum { LEAF_TREE_MIDDLE_BITS = 19, LEAF_TREE_MIDDLES = 1024 };

struct leaf_tree {
  void ***top;
  enum recording_table_id table; /* of the leaves, which begin with the address they stand for */
  /* Which of top[] are set; more than LEAF_TREE_MIDDLES are not made. */
  uint32_t n_middles, middles[LEAF_TREE_MIDDLES];
};

/* The leaf at top[top_index][middle_index], made if it is not there, for the addresses from `start`
 * on; NULL where there is no room (counted in `dropped`). */
void *leaf_tree_make(struct leaf_tree *tree, uintptr_t top_index, uintptr_t middle_index,
                     uint64_t start);

/* Forgets all: after fork, in the child. */
void leaf_tree_reset(struct leaf_tree *tree);
