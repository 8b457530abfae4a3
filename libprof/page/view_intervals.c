/* One type after the other: what all items of a node's subtree add to its spread is summed up from
 * the leaves. Working out an interval takes longer than all else (20 us), and most nodes have one
 * child that is all of theirs: its interval is then taken. */
#include "page/view_intervals.h"

#include "base/cleanup.h"
#include "model/diff_values.h"

#include <string.h>

struct spreads {
  struct spread *sides[PAGE_MOST_SIDES]; /* by node */
  uint32_t *items;                       /* by node: what they are made of */
  double unseen[PAGE_MOST_SIDES];
};

static void add_items(const struct page_profiles *profiles, size_t type, const uint32_t *deepest,
                      struct spreads *spreads) {
  size_t n = page_profiles_items(profiles);
  struct error_bars bars[PAGE_MOST_SIDES];
  for (size_t side = 0; side < profiles->n_sides; side++) {
    bars[side] = error_bars_of(profiles->sides[side].profile, profiles->types[type].index[side]);
    spreads->unseen[side] = bars[side].unseen;
  }
  for (size_t i = 0; i < n; i++) {
    struct page_item item = page_profiles_item(profiles, i);
    if (!bars[item.side].unseen || !item.sample->values[bars[item.side].type])
      continue;
    struct spread spread = spread_of_sample(&bars[item.side], item.sample);
    spread_add(&spreads->sides[item.side][deepest[i]], &spread);
    spreads->items[deepest[i]]++;
  }
}

/* The child of each node that has all of its figures, where there is one. */
static void find_only_children(const struct view_tree *tree, size_t n_types, size_t type,
                               uint32_t *only) {
  for (size_t i = 0; i < tree->nodes.count; i++)
    only[i] = VIEW_NONE;
  for (size_t i = 1; i < tree->nodes.count; i++) {
    uint32_t parent = tree->nodes.data[i].parent;
    bool same = true;
    for (size_t v = type; v < tree->n_values; v += n_types)
      same &= tree->cum.data[i * tree->n_values + v] == tree->cum.data[parent * tree->n_values + v];
    if (same)
      only[parent] = (uint32_t)i;
  }
}

static struct interval interval_of(const struct page_profiles *profiles,
                                   const struct view_tree *tree, const struct spreads *spreads,
                                   size_t node, size_t type) {
  const int64_t *cum = &tree->cum.data[node * tree->n_values];
  if (profiles->n_sides == 1)
    return spread_interval(&spreads->sides[0][node], (double)cum[type]);
  struct diff_spreads both = {spreads->sides[0][node], spreads->sides[1][node]};
  struct diff_value value = {
      .base = cum[type], .new = cum[profiles->n_types + type], .spreads = &both};
  (void)diff_value_finish(NULL, &value, spreads->unseen[0], spreads->unseen[1]);
  return value.interval;
}

static void set_intervals(const struct page_profiles *profiles, struct view_tree *tree, size_t type,
                          const uint32_t *only, struct spreads *spreads) {
  for (size_t i = tree->nodes.count; i-- > 0;) {
    uint32_t parent = tree->nodes.data[i].parent, child = only[i];
    struct interval *of_node = &tree->intervals[i * profiles->n_types];
    bool same = child != VIEW_NONE && spreads->items[i] == spreads->items[child];
    of_node[type] = same ? tree->intervals[child * profiles->n_types + type]
                         : interval_of(profiles, tree, spreads, i, type);
    if (parent != VIEW_NONE)
      spreads->items[parent] += spreads->items[i];
    for (size_t side = 0; side < profiles->n_sides && parent != VIEW_NONE; side++)
      spread_add(&spreads->sides[side][parent], &spreads->sides[side][i]);
  }
}

static bool any_sampled(const struct page_profiles *profiles) {
  for (size_t side = 0; side < profiles->n_sides; side++)
    for (size_t type = 0; type < profiles->n_types; type++)
      if (error_bars_of(profiles->sides[side].profile, profiles->types[type].index[side]).unseen)
        return true;
  return false;
}

struct error *view_intervals_of(const struct page_profiles *profiles, struct view_tree *tree,
                                const uint32_t *deepest) {
  size_t n = tree->nodes.count;
  if (!any_sampled(profiles))
    return NULL;
  _cleanup_free_ struct spread *first = calloc(n, sizeof(*first)),
                               *second = calloc(n, sizeof(*second));
  _cleanup_free_ uint32_t *only = calloc(n, sizeof(*only)), *items = calloc(n, sizeof(*items));
  tree->intervals = calloc(n * profiles->n_types, sizeof(*tree->intervals));
  if (!first || !second || !only || !items || !tree->intervals)
    return &error_no_memory;
  for (size_t type = 0; type < profiles->n_types; type++) {
    struct spreads spreads = {.sides = {first, second}, .items = items};
    memset(first, 0, n * sizeof(*first));
    memset(second, 0, n * sizeof(*second));
    memset(items, 0, n * sizeof(*items));
    add_items(profiles, type, deepest, &spreads);
    find_only_children(tree, profiles->n_types, type, only);
    set_intervals(profiles, tree, type, only, &spreads);
  }
  return NULL;
}
