#include "model/graph_order.h"

#include "base/cleanup.h"

#include <stdlib.h>
#include <string.h>

static uint64_t magnitude(int64_t value) {
  return value < 0 ? -(uint64_t)value : (uint64_t)value;
}

/* Descending. */
static int compare_magnitudes(int64_t a, int64_t b) {
  return (magnitude(a) < magnitude(b)) - (magnitude(a) > magnitude(b));
}

static int compare_names(const struct graph_node *a, const struct graph_node *b) {
  int c = strcmp(a->name, b->name);
  if (!c)
    c = strcmp(a->file, b->file);
  if (!c)
    c = (a->line > b->line) - (a->line < b->line);
  if (!c)
    c = (a->address > b->address) - (a->address < b->address);
  return c ? c : strcmp(a->mapping, b->mapping);
}

struct ranked {
  struct graph_node node;
  uint32_t old_index;
};

static int by_flat(const void *x, const void *y) {
  const struct graph_node *a = &((const struct ranked *)x)->node,
                          *b = &((const struct ranked *)y)->node;
  int c = compare_magnitudes(a->flat, b->flat);
  if (!c)
    c = compare_magnitudes(a->cum, b->cum);
  return c ? c : compare_names(a, b);
}

static int by_cum(const void *x, const void *y) {
  const struct graph_node *a = &((const struct ranked *)x)->node,
                          *b = &((const struct ranked *)y)->node;
  int c = compare_magnitudes(a->cum, b->cum);
  if (!c)
    c = compare_magnitudes(a->flat, b->flat);
  return c ? c : compare_names(a, b);
}

static struct error *sort_nodes(struct graph *graph, enum graph_order order) {
  _cleanup_free_ struct ranked *ranked = calloc(graph->n_nodes + 1, sizeof(*ranked));
  _cleanup_free_ uint32_t *new_index = calloc(graph->n_nodes + 1, sizeof(*new_index));
  if (!ranked || !new_index)
    return &error_no_memory;
  for (size_t i = 0; i < graph->n_nodes; i++)
    ranked[i] = (struct ranked){.node = graph->nodes[i], .old_index = (uint32_t)i};
  qsort(ranked, graph->n_nodes, sizeof(*ranked), order == GRAPH_BY_CUM ? by_cum : by_flat);
  for (size_t i = 0; i < graph->n_nodes; i++) {
    graph->nodes[i] = ranked[i].node;
    new_index[ranked[i].old_index] = (uint32_t)i;
  }
  for (size_t i = 0; i < graph->n_edges; i++) {
    graph->edges[i].caller = new_index[graph->edges[i].caller];
    graph->edges[i].callee = new_index[graph->edges[i].callee];
  }
  return NULL;
}

/* Edges in the order in which every node is to list its own: heaviest first, then by the names of
 * their ends. */
static int by_weight(const void *x, const void *y, void *context) {
  const struct graph_edge *a = x, *b = y;
  const struct graph *graph = context;
  int c = compare_magnitudes(a->weight, b->weight);
  if (!c)
    c = compare_names(&graph->nodes[a->caller], &graph->nodes[b->caller]);
  return c ? c : compare_names(&graph->nodes[a->callee], &graph->nodes[b->callee]);
}

struct lists {
  uint32_t *callers, *callees; /* room for all edges each, node after node */
};

/* Gives each node its stretch of the two arrays, still empty. */
static void reserve_lists(struct graph *graph, struct lists *lists) {
  for (size_t i = 0; i < graph->n_edges; i++) {
    graph->nodes[graph->edges[i].caller].n_callees++;
    graph->nodes[graph->edges[i].callee].n_callers++;
  }
  for (size_t i = 0; i < graph->n_nodes; i++) {
    struct graph_node *node = &graph->nodes[i];
    node->callers = lists->callers;
    node->callees = lists->callees;
    lists->callers += node->n_callers;
    lists->callees += node->n_callees;
    node->n_callers = node->n_callees = 0;
  }
}

static struct error *list_edges(struct graph *graph) {
  struct lists lists = {.callers = arena_calloc(&graph->arena, graph->n_edges, sizeof(uint32_t)),
                        .callees = arena_calloc(&graph->arena, graph->n_edges, sizeof(uint32_t))};
  if (!lists.callers || !lists.callees)
    return &error_no_memory;
  reserve_lists(graph, &lists);
  for (size_t i = 0; i < graph->n_edges; i++) {
    struct graph_node *caller = &graph->nodes[graph->edges[i].caller];
    struct graph_node *callee = &graph->nodes[graph->edges[i].callee];
    ((uint32_t *)caller->callees)[caller->n_callees++] = (uint32_t)i;
    ((uint32_t *)callee->callers)[callee->n_callers++] = (uint32_t)i;
  }
  return NULL;
}

struct error *graph_put_in_order(struct graph *graph, enum graph_order order) {
  struct error *err = sort_nodes(graph, order);
  if (err)
    return err;
  if (graph->n_edges)
    qsort_r(graph->edges, graph->n_edges, sizeof(*graph->edges), by_weight, graph);
  return list_edges(graph);
}
