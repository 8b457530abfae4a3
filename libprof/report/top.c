/* memprof top: who allocates, with pprof's columns. */
#include "base/cleanup.h"
#include "model/allocator_names.h"
#include "report/figure.h"
#include "report/head.h"
#include "report/node.h"
#include "report/node_hint.h"
#include "report/report.h"
#include "report/table.h"

static const struct table_column exact[] = {{"flat"}, {"flat%"}, {"sum%"},
                                            {"cum"},  {"cum%"},  {"name", .left = true}};
/* Intervals leave little room for names: on narrow terminals sum%, cum% and cum's interval go. */
static const struct table_column sampled[] = {
    {"flat"}, {"95%", .left = true}, {"flat%"}, {"cum"}, {"name", .left = true}};
static const struct table_column wide[] = {
    {"flat"}, {"95%", .left = true}, {"flat%"}, {"sum%"},
    {"cum"},  {"95%", .left = true}, {"cum%"},  {"name", .left = true}};
enum { WIDE = 110 };

static bool is_wide(const struct report_options *options) {
  return !options->columns || options->columns >= WIDE;
}

static void begin_table(struct table *table, const struct graph *graph,
                        const struct report_options *options) {
  if (!graph->total_spread.unseen)
    table_init(table, exact, sizeof(exact) / sizeof(*exact));
  else if (is_wide(options))
    table_init(table, wide, sizeof(wide) / sizeof(*wide));
  else
    table_init(table, sampled, sizeof(sampled) / sizeof(*sampled));
}

/* Functions of a standard library or of a start that allocate nothing themselves are in the way. */
static bool is_folded(const struct graph_node *node, const struct report_options *options) {
  return !options->all_frames && options->granularity != GRAPH_FILES && !node->flat &&
         (allocator_name_is_start(node->name) || allocator_name_is_library(node->name));
}

/* Takes the nodes that text leaves out from the graph. */
static void fold_nodes(struct graph *graph, const struct report_options *options) {
  size_t n = 0;
  for (size_t i = 0; i < graph->n_nodes; i++)
    if (!is_folded(&graph->nodes[i], options))
      graph->nodes[n++] = graph->nodes[i];
  graph->n_nodes = n;
}

static size_t rows_shown(const struct graph *graph, const struct report_options *options) {
  size_t limit = (size_t)options->limit;
  return limit && limit < graph->n_nodes ? limit : graph->n_nodes;
}

static void add_row(struct table *table, const struct profile *profile, const struct graph *graph,
                    const struct graph_node *node, int64_t sum,
                    const struct report_options *options) {
  const char *from = head_unit(profile, options);
  bool is_sampled = graph->total_spread.unseen > 0;
  figure_append(table_cell(table), node->flat, NULL, from, options->unit);
  if (is_sampled)
    figure_append_interval(table_cell(table), node->flat, &node->flat_spread, from, options->unit);
  figure_append_percent(table_cell(table), node->flat, graph->total);
  if (!is_sampled || is_wide(options))
    figure_append_percent(table_cell(table), sum, graph->total);
  figure_append(table_cell(table), node->cum, NULL, from, options->unit);
  if (is_sampled && is_wide(options))
    figure_append_interval(table_cell(table), node->cum, &node->cum_spread, from, options->unit);
  if (!is_sampled || is_wide(options))
    figure_append_percent(table_cell(table), node->cum, graph->total);
  struct strbuf *name = table_cell(table);
  node_append_label(name, node, options->granularity);
  node_append_via(name, node);
}

static struct error *print_text(const struct profile *profile, struct graph *graph,
                                const struct report_options *options, FILE *out) {
  _cleanup_table_ struct table table;
  _cleanup_(node_hints_deinit) struct node_hints hints;
  if (!node_hints_init(&hints, profile))
    return &error_no_memory;
  begin_table(&table, graph, options);
  fold_nodes(graph, options);
  int64_t sum = 0;
  size_t n = rows_shown(graph, options);
  for (size_t i = 0; i < n; i++) {
    sum = (int64_t)((uint64_t)sum + (uint64_t)graph->nodes[i].flat);
    add_row(&table, profile, graph, &graph->nodes[i], sum, options);
    node_hints_append(table_hint(&table), &hints, &graph->nodes[i]);
  }
  struct error *err = head_print(profile, options, out);
  if (err)
    return err;
  if (n < graph->n_nodes) {
    _cleanup_strbuf_ struct strbuf percent = STRBUF_INIT;
    figure_append_percent(&percent, sum, graph->total);
    fprintf(out, "Showing %zu of %zu nodes, %s of the total (-n 0 shows all)\n", n, graph->n_nodes,
            strbuf_failed(&percent) ? "" : percent.data);
  }
  err = table_print(&table, out, &(struct table_style){options->columns, options->colour});
  if (!err)
    err = head_print_unseen(profile, options, out);
  if (!err && options->foot)
    fputs(options->foot, out);
  return err;
}

static struct error *print_json(const struct profile *profile, struct graph *graph,
                                const struct report_options *options, FILE *out) {
  json_t *document = json_document("top"), *nodes = json_array();
  int failed = head_json(profile, options, document);
  for (size_t i = 0; i < rows_shown(graph, options); i++) {
    const struct graph_node *node = &graph->nodes[i];
    json_t *object = node_json(node, options->granularity);
    failed |= json_object_set_new(object, "flat", figure_json(node->flat, &node->flat_spread));
    failed |= json_object_set_new(object, "cum", figure_json(node->cum, &node->cum_spread));
    failed |= json_array_append_new(nodes, object);
  }
  failed |= json_object_set_new(document, "n_nodes", json_integer((json_int_t)graph->n_nodes));
  failed |= json_object_set_new(document, "nodes", nodes);
  return json_write(document, failed, out);
}

struct error *report_top(const struct profile *profile, const struct report_options *options,
                         FILE *out) {
  _cleanup_graph_ struct graph *graph = NULL;
  struct error *err = graph_create(profile,
                                   &(struct graph_options){.type = options->type,
                                                           .granularity = options->granularity,
                                                           .order = options->order,
                                                           .no_edges = true,
                                                           .via = options->via},
                                   &graph);
  if (err)
    return err;
  return (options->json ? print_json : print_text)(profile, graph, options, out);
}
