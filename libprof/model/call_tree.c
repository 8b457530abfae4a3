/* A node's children are found by a hash of (parent, name) while samples are added; names are
 * pointers, equal ones being equal (frame_names). At the end children are linked in order. */
#include "model/call_tree.h"

#include "base/cleanup.h"
#include "base/vector.h"
#include "base/work.h"
#include "model/frame.h"
#include "model/saturate.h"

#include <string.h>
#include <xxhash.h>

struct call_tree_spreads {
  struct spread flat, cum;
};
static const struct spread exactly = {0};

struct builder {
  const struct profile *profile;
  int type;
  struct error_bars bars;
  struct freed_types freed;
  struct frame_names names;
  VECTOR(struct call_tree_node) nodes;
  VECTOR(struct call_tree_spreads) spreads; /* beside nodes, and of an exact profile empty */
  struct hash_index by_parent_and_name;
};

struct child_key {
  const char *name;
  uint64_t parent;
};

static bool same_child(const void *context, uint32_t index, const void *key) {
  const struct call_tree_node *node = &((const struct builder *)context)->nodes.data[index];
  const struct child_key *child = key;
  return node->name == child->name && node->parent == child->parent;
}

static bool add_node(struct builder *builder, const struct call_tree_node *node) {
  return VECTOR_PUSH(&builder->nodes, *node) &&
         (!builder->bars.unseen || VECTOR_PUSH(&builder->spreads, (struct call_tree_spreads){0}));
}

static struct error *find_or_add_child(struct builder *builder, uint32_t parent, uint32_t location,
                                       uint32_t line_index, uint32_t *ret) {
  const struct profile_location *where = &builder->profile->locations[location];
  struct child_key key = {.name = frame_names_get(&builder->names, where, line_index),
                          .parent = parent};
  if (!key.name)
    return &error_no_memory;
  uint64_t hash = XXH3_64bits(&key, sizeof(key));
  *ret = hash_index_find(&builder->by_parent_and_name, hash, same_child, builder, &key);
  if (*ret != HASH_INDEX_NONE)
    return NULL;
  struct call_tree_node node = {.name = key.name,
                                .parent = parent,
                                .first_child = CALL_TREE_NONE,
                                .next_sibling = CALL_TREE_NONE,
                                .depth = builder->nodes.data[parent].depth + 1,
                                .location = location,
                                .line_index = line_index};
  *ret = (uint32_t)builder->nodes.count;
  struct error *err = work_check(WORK_NODES, builder->nodes.count, 0);
  if (err)
    return err;
  if (*ret == CALL_TREE_NONE || !add_node(builder, &node) ||
      !hash_index_add(&builder->by_parent_and_name, hash, *ret))
    return &error_no_memory;
  return NULL;
}

/* Goes down along the location's frames, the outermost first. */
static struct error *descend(struct builder *builder, uint32_t location, uint32_t *at) {
  for (uint32_t i = profile_n_frames(&builder->profile->locations[location]); i-- > 0;) {
    struct error *err = find_or_add_child(builder, *at, location, i, at);
    if (err)
      return err;
  }
  return NULL;
}

static struct error *add_sample(struct builder *builder, const struct profile_sample *sample) {
  uint32_t at = 0;
  int64_t freed = freed_objects(&builder->freed, sample);
  if (sample->values[builder->type] == 0 && freed == 0)
    return NULL;
  for (uint32_t i = sample->n_locations; i-- > 0;) {
    struct error *err = descend(builder, sample->locations[i], &at);
    if (err)
      return err;
  }
  struct call_tree_node *leaf = &builder->nodes.data[at];
  leaf->flat = saturating_add(leaf->flat, sample->values[builder->type]);
  leaf->flat_freed = saturating_add(leaf->flat_freed, freed);
  if (!builder->bars.unseen)
    return NULL;
  struct spread spread = spread_of_sample(&builder->bars, sample);
  spread_add(&builder->spreads.data[at].flat, &spread);
  return NULL;
}

/* Children have larger indices than their parents: one pass from the end sums everything up.
 * `spreads` is NULL where the profile is exact. */
static void sum_up(struct call_tree_node *nodes, struct call_tree_spreads *spreads, size_t n) {
  for (size_t i = n; i-- > 0;) {
    struct call_tree_node *node = &nodes[i];
    node->cum = saturating_add(node->cum, node->flat);
    node->cum_freed = saturating_add(node->cum_freed, node->flat_freed);
    node->flat_spread = spreads ? &spreads[i].flat : &exactly;
    node->cum_spread = spreads ? &spreads[i].cum : &exactly;
    if (spreads)
      spread_add(&spreads[i].cum, &spreads[i].flat);
    if (i > 0)
      nodes[node->parent].cum = saturating_add(nodes[node->parent].cum, node->cum);
    if (i > 0)
      nodes[node->parent].cum_freed =
          saturating_add(nodes[node->parent].cum_freed, node->cum_freed);
    if (i > 0 && spreads)
      spread_add(&spreads[node->parent].cum, &spreads[i].cum);
  }
}

static int by_weight(const void *x, const void *y, void *context) {
  const struct call_tree_node *nodes = context;
  const struct call_tree_node *a = &nodes[*(const uint32_t *)x], *b = &nodes[*(const uint32_t *)y];
  uint64_t wa = a->cum < 0 ? -(uint64_t)a->cum : (uint64_t)a->cum;
  uint64_t wb = b->cum < 0 ? -(uint64_t)b->cum : (uint64_t)b->cum;
  return wa != wb ? (wa < wb ? 1 : -1) : strcmp(a->name, b->name);
}

/* Sorts all nodes at once, then prepends each to its parent's list, lightest first. */
static struct error *link_children(struct call_tree_node *nodes, size_t n) {
  _cleanup_free_ uint32_t *order = calloc(n, sizeof(*order));
  if (!order)
    return &error_no_memory;
  for (size_t i = 0; i < n; i++)
    order[i] = (uint32_t)i;
  /* Not the root, which is order[0]. */
  qsort_r(order + 1, n - 1, sizeof(*order), by_weight, nodes);
  for (size_t i = n; i-- > 1;) {
    struct call_tree_node *node = &nodes[order[i]], *parent = &nodes[node->parent];
    node->next_sibling = parent->first_child;
    parent->first_child = order[i];
  }
  return NULL;
}

static struct error *tree_build(struct builder *builder, struct arena *arena) {
  struct call_tree_node root = {.name = "",
                                .parent = CALL_TREE_NONE,
                                .first_child = CALL_TREE_NONE,
                                .next_sibling = CALL_TREE_NONE};
  struct error *err = frame_names_init(&builder->names, builder->profile, arena);
  if (!err && !add_node(builder, &root))
    err = &error_no_memory;
  for (size_t i = 0; i < builder->profile->n_samples && !err; i++)
    err = add_sample(builder, &builder->profile->samples[i]);
  if (err)
    return err;
  sum_up(builder->nodes.data, builder->spreads.data, builder->nodes.count);
  return link_children(builder->nodes.data, builder->nodes.count);
}

struct error *call_tree_create(const struct profile *profile, int type, struct call_tree **ret) {
  if (type < 0 || (size_t)type >= profile->n_sample_types)
    return error_create(ERROR_BAD_INPUT, "the profile has no such sample type");
  _cleanup_call_tree_ struct call_tree *tree = calloc(1, sizeof(*tree));
  if (!tree)
    return &error_no_memory;
  struct builder builder = {.profile = profile,
                            .type = type,
                            .bars = error_bars_of(profile, type),
                            .freed = freed_types_of(profile, type)};
  struct error *err = tree_build(&builder, &tree->arena);
  frame_names_deinit(&builder.names);
  hash_index_deinit(&builder.by_parent_and_name);
  tree->nodes = builder.nodes.data;
  tree->n_nodes = builder.nodes.count;
  tree->spreads = builder.spreads.data;
  if (err)
    return err;
  *ret = tree;
  tree = NULL;
  return NULL;
}

void call_tree_destroy(struct call_tree *tree) {
  if (!tree)
    return;
  free(tree->nodes);
  free(tree->spreads);
  arena_deinit(&tree->arena);
  free(tree);
}
