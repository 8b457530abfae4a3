/* memprof top: who allocates, with pprof's columns. */
#include "base/cleanup.h"
#include "model/allocator_names.h"
#include "model/start_names.h"
#include "report/figure.h"
#include "report/head.h"
#include "report/lifetimes.h"
#include "report/node.h"
#include "report/node_hint.h"
#include "report/report.h"
#include "report/table.h"

/* Intervals leave little room for names: on narrow terminals sum%, cum% and cum's interval go. */
enum { WIDE = 110, MOST_COLUMNS = 11 };

static bool is_wide(const struct report_options *options) {
  return !options->columns || options->columns >= WIDE;
}

struct top {
  const struct profile *profile;
  const struct report_options *options;
  struct graph *graph;
  struct node_lifetimes *lifetimes; /* by node; NULL: not shown */
  bool is_lifetime; /* means instead of sums, which say nothing, and of their shares */
  struct table_column columns[MOST_COLUMNS];
  size_t n_columns;
};

static void add_column(struct top *top, const char *title, bool left) {
  top->columns[top->n_columns++] = (struct table_column){title, left};
}

static void choose_columns(struct top *top) {
  bool is_sampled = top->graph->total_spread.unseen > 0 && !top->is_lifetime;
  add_column(top, top->is_lifetime ? "mean" : "flat", false);
  if (is_sampled)
    add_column(top, "95%", true);
  bool has_room = !is_sampled || is_wide(top->options);
  if (!top->is_lifetime)
    add_column(top, "flat%", false);
  if (!top->is_lifetime && has_room)
    add_column(top, "sum%", false);
  add_column(top, top->is_lifetime ? "cum mean" : "cum", false);
  if (is_sampled && is_wide(top->options))
    add_column(top, "95%", true);
  if (!top->is_lifetime && has_room)
    add_column(top, "cum%", false);
  if (top->lifetimes) {
    add_column(top, "temporary", false);
    add_column(top, "blocks", false);
  }
  if (top->lifetimes && !top->is_lifetime)
    add_column(top, "life", false);
  add_column(top, "name", true);
}

/* Functions of a standard library or of a start that allocate nothing themselves are in the way. */
static bool is_folded(const struct graph_node *node, const struct report_options *options) {
  return !options->all_frames && options->granularity != GRAPH_FILES && !node->flat &&
         (start_name_is(node->name) || allocator_name_is_library(node->name));
}

/* Takes the nodes that text leaves out from the graph. */
static void fold_nodes(struct top *top) {
  struct graph *graph = top->graph;
  size_t n = 0;
  for (size_t i = 0; i < graph->n_nodes; i++) {
    if (is_folded(&graph->nodes[i], top->options))
      continue;
    if (top->lifetimes)
      top->lifetimes[n] = top->lifetimes[i];
    graph->nodes[n++] = graph->nodes[i];
  }
  graph->n_nodes = n;
}

static size_t rows_shown(const struct graph *graph, const struct report_options *options) {
  size_t limit = (size_t)options->limit;
  return limit && limit < graph->n_nodes ? limit : graph->n_nodes;
}

static void add_figures(struct top *top, struct table *table, const struct graph_node *node,
                        int64_t sum) {
  const char *from = head_unit(top->profile, top->options), *to = top->options->unit;
  bool is_sampled = top->graph->total_spread.unseen > 0;
  figure_append(table_cell(table), node->flat, NULL, from, to);
  if (is_sampled)
    figure_append_interval(table_cell(table), node->flat, node->flat_spread, from, to);
  figure_append_percent(table_cell(table), node->flat, top->graph->total);
  if (!is_sampled || is_wide(top->options))
    figure_append_percent(table_cell(table), sum, top->graph->total);
  figure_append(table_cell(table), node->cum, NULL, from, to);
  if (is_sampled && is_wide(top->options))
    figure_append_interval(table_cell(table), node->cum, node->cum_spread, from, to);
  if (!is_sampled || is_wide(top->options))
    figure_append_percent(table_cell(table), node->cum, top->graph->total);
}

static void add_lifetimes(const struct top *top, struct table *table,
                          const struct node_lifetimes *lifetimes) {
  figure_append(table_cell(table), lifetimes->flat.bytes, NULL, "bytes", top->options->unit);
  figure_append(table_cell(table), lifetimes->flat.blocks, NULL, "count", NULL);
  if (!top->is_lifetime)
    lifetimes_append_mean(table_cell(table), &lifetimes->flat, NULL);
}

static void add_row(struct top *top, struct table *table, size_t i, int64_t sum) {
  const struct graph_node *node = &top->graph->nodes[i];
  if (top->is_lifetime) {
    lifetimes_append_mean(table_cell(table), &top->lifetimes[i].flat, top->options->unit);
    lifetimes_append_mean(table_cell(table), &top->lifetimes[i].cum, top->options->unit);
  } else
    add_figures(top, table, node, sum);
  if (top->lifetimes)
    add_lifetimes(top, table, &top->lifetimes[i]);
  struct strbuf *name = table_cell(table);
  node_append_label(name, node, top->options->granularity);
  node_append_via(name, node);
}

static struct error *print_text(struct top *top, FILE *out) {
  const struct report_options *options = top->options;
  const struct profile *profile = top->profile;
  const struct graph *graph = top->graph;
  _cleanup_table_ struct table table;
  choose_columns(top);
  table_init(&table, top->columns, top->n_columns);
  fold_nodes(top);
  _cleanup_(node_hints_deinit) struct node_hints hints;
  if (!node_hints_init(&hints, profile))
    return &error_no_memory;
  int64_t sum = 0;
  size_t n = rows_shown(graph, options);
  for (size_t i = 0; i < n; i++) {
    sum = (int64_t)((uint64_t)sum + (uint64_t)graph->nodes[i].flat);
    add_row(top, &table, i, sum);
    node_hints_append(table_hint(&table), &hints, &graph->nodes[i]);
  }
  struct error *err = head_print(profile, options, out);
  if (err)
    return err;
  if (n < graph->n_nodes) {
    _cleanup_strbuf_ struct strbuf percent = STRBUF_INIT;
    figure_append_percent(&percent, sum, graph->total);
    fprintf(out, "Showing %zu of %zu nodes", n, graph->n_nodes);
    if (!top->is_lifetime && !strbuf_failed(&percent))
      fprintf(out, ", %s of the total", percent.data);
    fputs(" (-n 0 shows all)\n", out);
  }
  err = table_print(&table, out, &(struct table_style){options->columns, options->colour});
  if (!err)
    err = head_print_unseen(profile, options, out);
  if (!err && options->foot)
    fputs(options->foot, out);
  return err;
}

static struct error *print_json(struct top *top, FILE *out) {
  const struct report_options *options = top->options;
  const struct graph *graph = top->graph;
  json_t *document = json_document("top"), *nodes = json_array();
  int failed = head_json(top->profile, options, document);
  for (size_t i = 0; i < rows_shown(graph, options); i++) {
    const struct graph_node *node = &graph->nodes[i];
    json_t *object = node_json(node, options->granularity);
    failed |= json_object_set_new(object, "flat", figure_json(node->flat, node->flat_spread));
    failed |= json_object_set_new(object, "cum", figure_json(node->cum, node->cum_spread));
    if (top->lifetimes)
      failed |= lifetimes_json(&top->lifetimes[i].flat, object);
    failed |= json_array_append_new(nodes, object);
  }
  failed |= json_object_set_new(document, "n_nodes", json_integer((json_int_t)graph->n_nodes));
  failed |= json_object_set_new(document, "nodes", nodes);
  return json_write(document, failed, out);
}

struct error *report_top(const struct profile *profile, const struct report_options *options,
                         FILE *out) {
  _cleanup_graph_ struct graph *graph = NULL;
  _cleanup_free_ struct node_lifetimes *lifetimes = NULL;
  struct graph_options graph_options = {.type = options->type,
                                        .granularity = options->granularity,
                                        .order = options->order,
                                        .no_edges = true,
                                        .via = options->via};
  bool is_lifetime = lifetimes_is_type(profile, options->type);
  struct error *err = graph_create(profile, &graph_options, &graph);
  if (!err && (is_lifetime || options->temporaries))
    err = lifetimes_create(profile, &graph_options, graph, &lifetimes);
  if (err)
    return err;
  struct top top = {profile, options, graph, lifetimes, .is_lifetime = is_lifetime};
  return (options->json ? print_json : print_text)(&top, out);
}
