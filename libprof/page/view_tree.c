/* The tree grows level by level. A node has a range of items; its children share out those of them
 * whose rows go on. Children that are too small are not made, so that most of a large profile is
 * looked at a few times only. Intervals come afterwards, in one pass over the items. */
#include "page/view_tree.h"

#include "base/cleanup.h"
#include "model/saturate.h"
#include "page/view_intervals.h"

#include <math.h>
#include <string.h>

#define LEAST_PART (1 / 4000.0)
enum { MOST_NODES = 20000 };

void view_tree_deinit(struct view_tree *tree) {
  VECTOR_DEINIT(&tree->nodes);
  VECTOR_DEINIT(&tree->flat);
  VECTOR_DEINIT(&tree->cum);
  free(tree->intervals);
}

struct span {
  size_t begin, end; /* in `order` */
};

struct child {
  uint32_t name, node; /* VIEW_NONE: too small */
  size_t items;
};

struct grower {
  const struct page_profiles *profiles;
  const struct stack_rows *rows;
  struct view_tree *tree;
  double least[PAGE_MOST_SIDES * PAGE_MOST_TYPES]; /* of |cum|, by value */
  uint32_t *order, *moved;                         /* items; the node's range and how it becomes */
  uint32_t *deepest;                               /* by item: the last node on its way */
  bool whole;                                      /* every child is kept */
  uint32_t *stamp, *place; /* by name: the node that it was last seen below, its place there */
  VECTOR(struct span) spans;
  VECTOR(uint32_t) depths;
  VECTOR(struct child) children; /* of the node that grows */
  VECTOR(int64_t) sums;          /* n_values for each of them */
};

static void add_values(const struct grower *g, uint32_t item, int64_t *sums) {
  struct page_item it = page_profiles_item(g->profiles, item);
  size_t first = it.side * g->profiles->n_types;
  for (size_t t = 0; t < g->profiles->n_types; t++) {
    int64_t *sum = &sums[first + t];
    *sum = saturating_add(*sum, it.sample->values[g->profiles->types[t].index[it.side]]);
  }
}

static bool push_zeros(struct grower *g, bool of_tree) {
  for (size_t i = 0; i < g->tree->n_values; i++)
    if (of_tree ? !VECTOR_PUSH(&g->tree->flat, 0) || !VECTOR_PUSH(&g->tree->cum, 0)
                : !VECTOR_PUSH(&g->sums, 0))
      return false;
  return true;
}

static bool add_node(struct grower *g, struct view_node node, struct span span, uint32_t depth) {
  return VECTOR_PUSH(&g->tree->nodes, node) && push_zeros(g, true) &&
         VECTOR_PUSH(&g->spans, span) && VECTOR_PUSH(&g->depths, depth);
}

/* The name of the item's next frame; TEXT_NONE at the row's end. */
static uint32_t next_name(const struct grower *g, uint32_t item, uint32_t depth) {
  size_t at = g->rows->starts.data[item] + depth;
  return at < g->rows->starts.data[item + 1] ? g->rows->names.data[at] : TEXT_NONE;
}

static bool count_item(struct grower *g, uint32_t node, uint32_t item) {
  uint32_t name = next_name(g, item, g->depths.data[node]);
  g->deepest[item] = node;
  if (name == TEXT_NONE) {
    add_values(g, item, &g->tree->flat.data[node * g->tree->n_values]);
    return true;
  }
  if (g->stamp[name] != node + 1) {
    g->stamp[name] = node + 1;
    g->place[name] = (uint32_t)g->children.count;
    if (!VECTOR_PUSH(&g->children, ((struct child){name, VIEW_NONE, 0})) || !push_zeros(g, false))
      return false;
  }
  struct child *child = &g->children.data[g->place[name]];
  child->items++;
  add_values(g, item, &g->sums.data[g->place[name] * g->tree->n_values]);
  return true;
}

static bool is_kept(const struct grower *g, size_t child) {
  const int64_t *sums = &g->sums.data[child * g->tree->n_values];
  if (g->whole)
    return true;
  if (g->tree->nodes.count >= MOST_NODES)
    return false;
  for (size_t i = 0; i < g->tree->n_values; i++)
    if (sums[i] && fabs((double)sums[i]) >= g->least[i])
      return true;
  return false;
}

/* Makes nodes of the children that are kept, with empty spans for as many items as they have. */
static bool add_children(struct grower *g, uint32_t node) {
  size_t at = g->spans.data[node].begin, n_values = g->tree->n_values;
  for (size_t i = 0; i < g->children.count; i++) {
    struct child *child = &g->children.data[i];
    if (!is_kept(g, i))
      continue;
    child->node = (uint32_t)g->tree->nodes.count;
    if (!add_node(g, (struct view_node){child->name, node}, (struct span){at, at},
                  g->depths.data[node] + 1))
      return false;
    memcpy(&g->tree->cum.data[child->node * n_values], &g->sums.data[i * n_values],
           n_values * sizeof(int64_t));
    at += child->items;
  }
  return true;
}

/* Puts each kept child's items side by side; nobody needs the others' place any more. */
static void share_out(struct grower *g, uint32_t node) {
  struct span span = g->spans.data[node];
  memcpy(&g->moved[span.begin], &g->order[span.begin], (span.end - span.begin) * sizeof(*g->order));
  for (size_t i = span.begin; i < span.end; i++) {
    uint32_t name = next_name(g, g->moved[i], g->depths.data[node]);
    uint32_t child = name == TEXT_NONE ? VIEW_NONE : g->children.data[g->place[name]].node;
    if (child != VIEW_NONE)
      g->order[g->spans.data[child].end++] = g->moved[i];
  }
}

static bool grow_node(struct grower *g, uint32_t node) {
  struct span span = g->spans.data[node];
  g->children.count = g->sums.count = 0;
  for (size_t i = span.begin; i < span.end; i++)
    if (!count_item(g, node, g->order[i]))
      return false;
  if (!add_children(g, node))
    return false;
  share_out(g, node);
  return true;
}

/* The root has all items; each value's threshold is a part of the sum of its magnitudes. */
static bool begin_root(struct grower *g) {
  size_t n = page_profiles_items(g->profiles);
  if (!add_node(g, (struct view_node){TEXT_NONE, VIEW_NONE}, (struct span){0, n}, 0))
    return false;
  for (size_t i = 0; i < n; i++) {
    struct page_item it = page_profiles_item(g->profiles, i);
    g->order[i] = (uint32_t)i;
    add_values(g, (uint32_t)i, g->tree->cum.data);
    for (size_t t = 0; t < g->profiles->n_types; t++)
      g->least[it.side * g->profiles->n_types + t] +=
          LEAST_PART * fabs((double)it.sample->values[g->profiles->types[t].index[it.side]]);
  }
  return true;
}

static struct error *grow_all(struct grower *g) {
  if (!begin_root(g))
    return &error_no_memory;
  for (uint32_t node = 0; node < g->tree->nodes.count; node++)
    if (!grow_node(g, node))
      return &error_no_memory;
  return g->whole ? NULL : view_intervals_of(g->profiles, g->tree, g->deepest);
}

/* deepest[i], of room for all items, becomes the last node on the way of item i. */
static struct error *grow_tree(const struct page_profiles *profiles, const struct stack_rows *rows,
                               size_t n_texts, bool whole, uint32_t *deepest,
                               struct view_tree *ret) {
  size_t n = page_profiles_items(profiles) + 1;
  _cleanup_free_ uint32_t *order = calloc(n, sizeof(*order)), *moved = calloc(n, sizeof(*moved));
  _cleanup_free_ uint32_t *stamp = calloc(n_texts + 1, sizeof(*stamp));
  _cleanup_free_ uint32_t *place = calloc(n_texts + 1, sizeof(*place));
  if (!order || !moved || !stamp || !place)
    return &error_no_memory;
  ret->n_values = page_profiles_values(profiles);
  struct grower g = {.profiles = profiles,
                     .rows = rows,
                     .tree = ret,
                     .order = order,
                     .moved = moved,
                     .deepest = deepest,
                     .whole = whole,
                     .stamp = stamp,
                     .place = place};
  struct error *err = grow_all(&g);
  VECTOR_DEINIT(&g.spans);
  VECTOR_DEINIT(&g.depths);
  VECTOR_DEINIT(&g.children);
  VECTOR_DEINIT(&g.sums);
  return err;
}

struct error *view_tree_of(const struct page_profiles *profiles, const struct stack_rows *rows,
                           size_t n_texts, struct view_tree *ret) {
  _cleanup_free_ uint32_t *deepest = calloc(page_profiles_items(profiles) + 1, sizeof(*deepest));
  return deepest ? grow_tree(profiles, rows, n_texts, false, deepest, ret) : &error_no_memory;
}

struct error *view_tree_whole(const struct page_profiles *profiles, const struct stack_rows *rows,
                              size_t n_texts, struct view_tree *ret, uint32_t **deepest) {
  *deepest = calloc(page_profiles_items(profiles) + 1, sizeof(**deepest));
  return *deepest ? grow_tree(profiles, rows, n_texts, true, *deepest, ret) : &error_no_memory;
}
