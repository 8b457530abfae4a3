/* The call tree of a profile: one node for each distinct path from a root, by function name.
 *
 * For flame graphs and indented trees. Children come heaviest first, then by name. The tree's
 * strings are the profile's: it must not outlive the profile. */
#pragma once

#include "model/sample_types.h"
#include "model/spread.h"

#define CALL_TREE_NONE UINT32_MAX

struct call_tree_node {
  const char *name; /* profile_frame_name of the frame; "" for the root */
  uint32_t parent;  /* index, or CALL_TREE_NONE for the root; always smaller than the node's own */
  uint32_t first_child, next_sibling; /* indices or CALL_TREE_NONE */
  uint32_t depth;                     /* 0 for the root */
  int64_t flat, cum;
  int64_t flat_freed, cum_freed; /* the objects that these are sums over, of lifetime; else 0 */
  const struct spread *flat_spread, *cum_spread; /* how sure they are; all zero where exact */
  uint32_t location, line_index;                 /* some frame of this node */
};

struct call_tree {
  struct call_tree_node *nodes; /* [0] is the root, that stands for the whole profile */
  size_t n_nodes;
  /* Private. */
  struct arena arena;
  struct call_tree_spreads *spreads; /* NULL where the profile is exact */
};

/* The tree of sample type `type`. ERROR_BAD_INPUT if there is no such type. */
struct error *call_tree_create(const struct profile *profile, int type, struct call_tree **ret);
void call_tree_destroy(struct call_tree *tree);

static inline void cleanup_call_tree(struct call_tree **tree) {
  call_tree_destroy(*tree);
}
#define _cleanup_call_tree_ __attribute__((cleanup(cleanup_call_tree)))
