/* memprof top: who allocates, with pprof's columns. */
#include "report/figure.h"
#include "report/head.h"
#include "report/node.h"
#include "report/report.h"
#include "report/table.h"

static const struct table_column columns[] = {
    {"flat"}, {"flat%"}, {"sum%"}, {"cum"}, {"cum%"}, {"name", .left = true},
};

/* Narrower terminals keep the room for names: the bars of the flat column must do. */
enum { WIDE = 110 };

static size_t rows_shown(const struct graph *graph, const struct report_options *options) {
  size_t limit = (size_t)options->limit;
  return limit && limit < graph->n_nodes ? limit : graph->n_nodes;
}

static void add_row(struct table *table, const struct graph *graph, const struct graph_node *node,
                    int64_t sum, const char *from, const struct report_options *options) {
  figure_append(table_cell(table), node->flat, node->flat_variance, from, options->unit);
  figure_append_percent(table_cell(table), node->flat, graph->total);
  figure_append_percent(table_cell(table), sum, graph->total);
  bool narrow = options->columns && options->columns < WIDE;
  double cum_variance = narrow ? 0 : node->cum_variance;
  figure_append(table_cell(table), node->cum, cum_variance, from, options->unit);
  figure_append_percent(table_cell(table), node->cum, graph->total);
  struct strbuf *name = table_cell(table);
  node_append_label(name, node, options->granularity);
  node_append_via(name, node);
}

static struct error *print_text(const struct profile *profile, const struct graph *graph,
                                const struct report_options *options, FILE *out) {
  _cleanup_table_ struct table table;
  table_init(&table, columns, sizeof(columns) / sizeof(*columns));
  int64_t sum = 0;
  size_t n = rows_shown(graph, options);
  for (size_t i = 0; i < n; i++) {
    sum = (int64_t)((uint64_t)sum + (uint64_t)graph->nodes[i].flat);
    add_row(&table, graph, &graph->nodes[i], sum, head_unit(profile, options), options);
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
  return table_print(&table, out, &(struct table_style){options->columns, options->colour});
}

static struct error *print_json(const struct profile *profile, const struct graph *graph,
                                const struct report_options *options, FILE *out) {
  json_t *document = json_document("top"), *nodes = json_array();
  int failed = head_json(profile, options, document);
  for (size_t i = 0; i < rows_shown(graph, options); i++) {
    const struct graph_node *node = &graph->nodes[i];
    json_t *object = node_json(node, options->granularity);
    failed |= json_object_set_new(object, "flat", figure_json(node->flat, node->flat_variance));
    failed |= json_object_set_new(object, "cum", figure_json(node->cum, node->cum_variance));
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
