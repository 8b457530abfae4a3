#include "model/graph_via.h"

#include "model/saturate.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

struct key {
  uint64_t node;
  const char *name;
};

static bool same_key(const void *context, uint32_t index, const void *key) {
  const struct graph_via *via = &((const struct graph_vias *)context)->all.data[index];
  const struct key *wanted = key;
  return via->node == wanted->node && via->name == wanted->name;
}

bool graph_vias_add(struct graph_vias *vias, uint32_t node, const char *name, int64_t value) {
  struct key key = {node, name};
  uint64_t hash = XXH3_64bits(&key, sizeof(key));
  uint32_t found = hash_index_find(&vias->by_key, hash, same_key, vias, &key);
  if (found == HASH_INDEX_NONE) {
    found = (uint32_t)vias->all.count;
    if (!hash_index_add(&vias->by_key, hash, found) ||
        !VECTOR_PUSH(&vias->all, ((struct graph_via){node, name, 0})))
      return false;
  }
  vias->all.data[found].value = saturating_add(vias->all.data[found].value, value);
  return true;
}

static int compare(const void *x, const void *y) {
  const struct graph_via *a = x, *b = y;
  if (a->node != b->node)
    return a->node < b->node ? -1 : 1;
  if (a->value != b->value)
    return a->value > b->value ? -1 : 1;
  return strcmp(a->name, b->name);
}

bool graph_vias_finish(struct graph_vias *vias, struct graph *graph) {
  size_t n = vias->all.count;
  const char **names = arena_calloc(&graph->arena, n + 1, sizeof(*names));
  if (!names)
    return false;
  if (n)
    qsort(vias->all.data, n, sizeof(*vias->all.data), compare);
  for (size_t i = 0; i < n; i++) {
    struct graph_node *node = &graph->nodes[vias->all.data[i].node];
    names[i] = vias->all.data[i].name;
    if (!node->n_via++)
      node->via = &names[i];
  }
  return true;
}

void graph_vias_deinit(struct graph_vias *vias) {
  VECTOR_DEINIT(&vias->all);
  hash_index_deinit(&vias->by_key);
}
