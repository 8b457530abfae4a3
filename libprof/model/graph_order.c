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

static int by_name(const void *x, const void *y, void *nodes) {
  const struct graph_node *all = nodes;
  return compare_names(&all[*(const uint32_t *)x], &all[*(const uint32_t *)y]);
}

/* Each node's place among all by name: edges outnumber nodes by far, and comparing two numbers is
 * cheaper than comparing two names. */
static struct error *rank_names(const struct graph *graph, uint32_t *ranks) {
  _cleanup_free_ uint32_t *order = calloc(graph->n_nodes + 1, sizeof(*order));
  if (!order)
    return &error_no_memory;
  for (size_t i = 0; i < graph->n_nodes; i++)
    order[i] = (uint32_t)i;
  qsort_r(order, graph->n_nodes, sizeof(*order), by_name, graph->nodes);
  for (size_t i = 0; i < graph->n_nodes; i++)
    ranks[order[i]] = (uint32_t)i;
  return NULL;
}

/* Edges in the order in which every node is to list its own: heaviest first, then by the names of
 * their ends. */
static int by_weight(const void *x, const void *y, void *ranks) {
  const struct graph_edge *a = x, *b = y;
  const uint32_t *rank = ranks;
  int c = compare_magnitudes(a->weight, b->weight);
  if (!c)
    c = (rank[a->caller] > rank[b->caller]) - (rank[a->caller] < rank[b->caller]);
  return c ? c : (rank[a->callee] > rank[b->callee]) - (rank[a->callee] < rank[b->callee]);
}

static struct error *sort_edges(struct graph *graph) {
  _cleanup_free_ uint32_t *ranks = calloc(graph->n_nodes + 1, sizeof(*ranks));
  struct error *err = ranks && graph->n_nodes ? rank_names(graph, ranks) : NULL;
  if (!ranks)
    return &error_no_memory;
  if (!err && graph->n_edges)
    qsort_r(graph->edges, graph->n_edges, sizeof(*graph->edges), by_weight, ranks);
  return err;
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
  if (!err)
    err = sort_edges(graph);
  return err ? err : list_edges(graph);
}
