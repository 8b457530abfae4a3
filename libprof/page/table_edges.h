/* Callers and callees between the rows of a page's table, as `memprof peek` has them. */
#pragma once

#include "base/strbuf.h"
#include "base/vector.h"
#include "model/graph.h"
#include "model/hash_index.h"

struct table_edge {
  uint32_t caller, callee; /* rows */
};

struct table_edges {
  size_t n_types;
  VECTOR(struct table_edge) edges;
  VECTOR(int64_t) weights; /* n_types for each edge */
  struct hash_index index;
};
void table_edges_deinit(struct table_edges *edges);

/* Adds the graph's edges; rows[i] is the row of node i, UINT32_MAX for none. */
struct error *table_edges_add(struct table_edges *edges, size_t type, const struct graph *graph,
                              const uint32_t *rows);

/* Appends "caller", "callee" and "weights", an array for each type. */
void table_edges_append(struct strbuf *sb, const struct table_edges *edges);
