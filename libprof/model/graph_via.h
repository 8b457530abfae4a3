/* By which folded frames (model/fold.h) a graph's nodes allocated. Private to the graph. */
#pragma once

#include "base/vector.h"
#include "model/graph.h"
#include "model/hash_index.h"

struct graph_via {
  uint32_t node;
  const char *name; /* interned: equal names are equal pointers */
  int64_t value;
};

/* All zero at first. */
struct graph_vias {
  VECTOR(struct graph_via) all;
  struct hash_index by_key;
};

/* The node allocated `value` by way of a folded frame of this name. False when memory is exhausted.
 */
bool graph_vias_add(struct graph_vias *vias, uint32_t node, const char *name, int64_t value);

/* Gives each node the names that were added for it, the heaviest first. Nodes are as they were
 * numbered when their names were added. False when memory is exhausted. */
bool graph_vias_finish(struct graph_vias *vias, struct graph *graph);
void graph_vias_deinit(struct graph_vias *vias);
