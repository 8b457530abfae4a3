#include "page/table_edges.h"

#include "page/json_columns.h"

#include <xxhash.h>

void table_edges_deinit(struct table_edges *edges) {
  VECTOR_DEINIT(&edges->edges);
  VECTOR_DEINIT(&edges->weights);
  hash_index_deinit(&edges->index);
}

static bool same_edge(const void *context, uint32_t index, const void *key) {
  const struct table_edge *a = &((const struct table_edges *)context)->edges.data[index], *b = key;
  return a->caller == b->caller && a->callee == b->callee;
}

static bool find_edge(struct table_edges *edges, struct table_edge edge, size_t *ret) {
  uint64_t hash = XXH3_64bits(&edge, sizeof(edge));
  uint32_t found = hash_index_find(&edges->index, hash, same_edge, edges, &edge);
  *ret = found == HASH_INDEX_NONE ? edges->edges.count : found;
  if (found != HASH_INDEX_NONE)
    return true;
  for (size_t i = 0; i < edges->n_types; i++)
    if (!VECTOR_PUSH(&edges->weights, 0))
      return false;
  return VECTOR_PUSH(&edges->edges, edge) && hash_index_add(&edges->index, hash, (uint32_t)*ret);
}

struct error *table_edges_add(struct table_edges *edges, size_t type, const struct graph *graph,
                              const uint32_t *rows) {
  for (size_t i = 0; i < graph->n_edges; i++) {
    const struct graph_edge *edge = &graph->edges[i];
    struct table_edge key = {rows[edge->caller], rows[edge->callee]};
    size_t at;
    if (key.caller == UINT32_MAX || key.callee == UINT32_MAX || !edge->weight)
      continue;
    if (!find_edge(edges, key, &at))
      return &error_no_memory;
    edges->weights.data[at * edges->n_types + type] = edge->weight;
  }
  return NULL;
}

void table_edges_append(struct strbuf *sb, const struct table_edges *edges) {
  const struct table_edge *edge = edges->edges.data;
  size_t n = edges->edges.count, stride = sizeof(*edge);
  column_append_numbers(sb, "caller", (struct column){edge ? &edge->caller : NULL, stride, n});
  column_append_numbers(sb, "callee", (struct column){edge ? &edge->callee : NULL, stride, n});
  column_append_key(sb, "weights");
  strbuf_append_char(sb, '[');
  for (size_t i = 0; i < edges->n_types; i++) {
    /* Columns without a name: the key is cut off again. */
    _cleanup_strbuf_ struct strbuf column = STRBUF_INIT;
    column_append_values(&column, "",
                         (struct column){edges->weights.data ? &edges->weights.data[i] : NULL,
                                         edges->n_types * sizeof(int64_t), n});
    strbuf_append(sb, i ? "," : "");
    strbuf_append(sb, strbuf_failed(&column) ? "[]" : column.data + 3);
  }
  strbuf_append_char(sb, ']');
}
