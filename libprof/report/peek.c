/* memprof peek: the callers and callees of the functions that match an expression. */
#include "base/cleanup.h"
#include "model/regex.h"
#include "report/figure.h"
#include "report/head.h"
#include "report/lifetimes.h"
#include "report/node.h"
#include "report/report.h"

#include <inttypes.h>

struct peek {
  const struct profile *profile;
  const struct report_options *options;
  const struct graph *graph;
  bool *matches; /* by node */
  size_t n_matches;
  bool is_lifetime; /* means, not sums */
};

/* A figure, or the mean of one that is a sum over `freed` objects. */
static void append_figure(struct strbuf *sb, const struct peek *peek, int64_t value, int64_t freed,
                          const struct spread *spread) {
  if (peek->is_lifetime && freed <= 0)
    strbuf_append(sb, "none");
  else if (peek->is_lifetime)
    lifetimes_append_mean_of(sb, value, freed, peek->options->unit);
  else
    figure_append(sb, value, spread, head_unit(peek->profile, peek->options), peek->options->unit);
}

/* Its share of the whole, or of how many objects a mean is one. */
static void append_share(struct strbuf *sb, const struct peek *peek, int64_t value, int64_t freed,
                         int64_t whole) {
  if (peek->is_lifetime)
    strbuf_appendf(sb, "%" PRId64 " freed", freed);
  else
    figure_append_percent(sb, value, whole);
}

static struct error *find_matches(struct peek *peek) {
  _cleanup_regex_ struct regex *regex = NULL;
  struct error *err = regex_create(peek->options->regex, "REGEX", &regex);
  for (size_t i = 0; !err && i < peek->graph->n_nodes; i++) {
    err = regex_match(regex, peek->graph->nodes[i].name, &peek->matches[i]);
    peek->n_matches += !err && peek->matches[i];
  }
  if (!err && !peek->n_matches)
    err = error_create(ERROR_BAD_INPUT, "%s: no function matches '%s'", peek->options->profile_name,
                       peek->options->regex);
  return err;
}

static void append_edges(struct strbuf *sb, const struct peek *peek, const char *title,
                         const struct graph_node *node, bool callers) {
  uint32_t n = callers ? node->n_callers : node->n_callees;
  if (!n)
    return;
  strbuf_appendf(sb, "  %s\n", title);
  for (uint32_t i = 0; i < n; i++) {
    const struct graph_edge *edge =
        &peek->graph->edges[callers ? node->callers[i] : node->callees[i]];
    _cleanup_strbuf_ struct strbuf value = STRBUF_INIT, percent = STRBUF_INIT;
    append_figure(&value, peek, edge->weight, edge->freed, edge->spread);
    append_share(&percent, peek, edge->weight, edge->freed, node->cum);
    if (strbuf_failed(&value) || strbuf_failed(&percent))
      sb->failed = true;
    strbuf_appendf(sb, "%20s %8s  ", value.data ? value.data : "",
                   percent.data ? percent.data : "");
    node_append_label(sb, &peek->graph->nodes[callers ? edge->caller : edge->callee],
                      peek->options->granularity);
    strbuf_append(sb, edge->is_inline ? " (inline)\n" : "\n");
  }
}

static void append_node(struct strbuf *sb, const struct peek *peek, const struct graph_node *node) {
  strbuf_append_char(sb, '\n');
  node_append_label(sb, node, peek->options->granularity);
  strbuf_append(sb, peek->is_lifetime ? "\n  mean " : "\n  flat ");
  append_figure(sb, peek, node->flat, node->flat_freed, node->flat_spread);
  strbuf_append(sb, " (");
  append_share(sb, peek, node->flat, node->flat_freed, peek->graph->total);
  strbuf_append(sb, peek->is_lifetime ? "), cum mean " : "), cum ");
  append_figure(sb, peek, node->cum, node->cum_freed, node->cum_spread);
  strbuf_append(sb, " (");
  append_share(sb, peek, node->cum, node->cum_freed, peek->graph->total);
  strbuf_append(sb, ")\n");
  append_edges(sb, peek, "called by", node, true);
  append_edges(sb, peek, "calls", node, false);
}

static struct error *print_text(const struct peek *peek, FILE *out) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  for (size_t i = 0; i < peek->graph->n_nodes; i++)
    if (peek->matches[i])
      append_node(&sb, peek, &peek->graph->nodes[i]);
  if (strbuf_failed(&sb))
    return &error_no_memory;
  struct error *err = head_print(peek->profile, peek->options, out);
  if (!err)
    fputs(sb.data, out);
  return err;
}

static json_t *edges_json(const struct peek *peek, const struct graph_node *node, bool callers) {
  json_t *array = json_array();
  int failed = 0;
  for (uint32_t i = 0; i < (callers ? node->n_callers : node->n_callees); i++) {
    const struct graph_edge *edge =
        &peek->graph->edges[callers ? node->callers[i] : node->callees[i]];
    json_t *object = node_json(&peek->graph->nodes[callers ? edge->caller : edge->callee],
                               peek->options->granularity);
    failed |= json_object_set_new(object, "weight", figure_json(edge->weight, edge->spread));
    failed |= json_object_set_new(object, "inlined", json_boolean(edge->is_inline));
    if (peek->is_lifetime)
      failed |= lifetimes_mean_json(object, "life_nanos", edge->weight, edge->freed);
    failed |= json_array_append_new(array, object);
  }
  if (!failed)
    return array;
  json_decref(array);
  return NULL;
}

static struct error *print_json(const struct peek *peek, FILE *out) {
  json_t *document = json_document("peek"), *nodes = json_array();
  int failed = head_json(peek->profile, peek->options, document);
  for (size_t i = 0; i < peek->graph->n_nodes; i++) {
    const struct graph_node *node = &peek->graph->nodes[i];
    if (!peek->matches[i])
      continue;
    json_t *object = node_json(node, peek->options->granularity);
    failed |= json_object_set_new(object, "flat", figure_json(node->flat, node->flat_spread));
    failed |= json_object_set_new(object, "cum", figure_json(node->cum, node->cum_spread));
    if (peek->is_lifetime)
      failed |=
          lifetimes_means_json(object, node->flat, node->flat_freed, node->cum, node->cum_freed);
    failed |= json_object_set_new(object, "callers", edges_json(peek, node, true));
    failed |= json_object_set_new(object, "callees", edges_json(peek, node, false));
    failed |= json_array_append_new(nodes, object);
  }
  failed |= json_object_set_new(document, "nodes", nodes);
  return json_write(document, failed, out);
}

struct error *report_peek(const struct profile *profile, const struct report_options *options,
                          FILE *out) {
  _cleanup_graph_ struct graph *graph = NULL;
  struct error *err = graph_create(profile,
                                   &(struct graph_options){.type = options->type,
                                                           .granularity = options->granularity,
                                                           .order = options->order},
                                   &graph);
  if (err)
    return err;
  _cleanup_free_ bool *matches = calloc(graph->n_nodes + 1, sizeof(*matches));
  if (!matches)
    return &error_no_memory;
  struct peek peek = {profile, options, graph,
                      matches, 0,       lifetimes_is_type(profile, options->type)};
  err = find_matches(&peek);
  if (err)
    return err;
  return options->json ? print_json(&peek, out) : print_text(&peek, out);
}
