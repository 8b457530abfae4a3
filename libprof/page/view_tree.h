/* A view of a page: the call tree of rows of names, of all figures at once, cut where it is too
 * small to be seen.
 *
 * A child is kept where one of its figures is at least a small part of the whole (LEAST_PART of
 * view_tree.c) and the view has room. The rest that is left out is exact: a node's figure less
 * its own and its children's. Parents stand before their children, those of one node side by side.
 */
#pragma once

#include "base/vector.h"
#include "model/spread.h"
#include "page/page_profiles.h"
#include "page/stack_rows.h"

struct view_node {
  uint32_t name;   /* of the root: TEXT_NONE */
  uint32_t parent; /* index, VIEW_NONE for the root */
};
#define VIEW_NONE UINT32_MAX

struct view_tree {
  VECTOR(struct view_node) nodes;
  size_t n_values;           /* by side, then by type */
  VECTOR(int64_t) flat, cum; /* n_values for each node */
  /* By node, then by type: of cum, or with two sides of the change of cum. NULL: all are exact. */
  struct interval *intervals;
};
void view_tree_deinit(struct view_tree *tree);

/* The tree of rows, of which there is one for each of the profiles' items, and of n_texts names. */
struct error *view_tree_of(const struct page_profiles *profiles, const struct stack_rows *rows,
                           size_t n_texts, struct view_tree *ret);

/* The same with all children, however small, and without intervals. (*deepest)[i], which the caller
 * frees, is the last node on the way of item i. */
struct error *view_tree_whole(const struct page_profiles *profiles, const struct stack_rows *rows,
                              size_t n_texts, struct view_tree *ret, uint32_t **deepest);

#define _cleanup_view_tree_ __attribute__((cleanup(view_tree_deinit)))
