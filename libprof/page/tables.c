#include "page/tables.h"

#include "base/cleanup.h"
#include "model/diff.h"
#include "model/saturate.h"
#include "page/json_columns.h"
#include "page/table_edges.h"
#include "page/table_rows.h"
#include "report/lifetimes.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { MOST_ROWS = 1000 }; /* of one type: the first ones of its order by flat */

/* As the tips do it, without a text "file:line" that would have to be taken apart again. */
static struct table_row row_of(const struct graph_node *node, struct text_numbers *texts) {
  return (struct table_row){
      .name = text_number(texts, node->name),
      .file = text_number(texts, node->file),
      .line = node->line > 0 && node->line < UINT32_MAX ? (uint32_t)node->line : 0,
      .via = node->n_via ? text_number(texts, node->via[0]) : text_number(texts, "")};
}

static bool is_exact(const struct page_profiles *profiles, size_t type) {
  for (size_t side = 0; side < profiles->n_sides; side++)
    if (error_bars_of(profiles->sides[side].profile, profiles->types[type].index[side]).unseen)
      return false;
  return true;
}

static void set_figure(struct row_figure *figure, const struct graph_node *node) {
  figure->value[0] = node->flat;
  figure->value[1] = node->cum;
  figure->interval[0] = spread_interval(node->flat_spread, (double)node->flat);
  figure->interval[1] = spread_interval(node->cum_spread, (double)node->cum);
}

/* Nodes that are shown, and those that are large for what they and all below them allocate. */
static bool is_shown(const struct graph *graph, size_t i) {
  return i < MOST_ROWS ||
         fabs((double)graph->nodes[i].cum) * MOST_ROWS > fabs((double)graph->total);
}

/* Finds the graph's rows; numbers[i] is that of node i, UINT32_MAX of one that is left out. */
static struct error *add_nodes(struct table_rows *rows, size_t type, const struct graph *graph,
                               struct text_numbers *texts, uint32_t *numbers) {
  for (size_t i = 0; i < graph->n_nodes; i++) {
    numbers[i] = UINT32_MAX;
    if (!is_shown(graph, i))
      continue;
    struct table_row row = row_of(&graph->nodes[i], texts);
    numbers[i] = row.name == TEXT_NONE ? UINT32_MAX : table_row_find(rows, row);
    if (numbers[i] == UINT32_MAX)
      return &error_no_memory;
    set_figure(&rows->figures.data[numbers[i] * rows->n_types + type], &graph->nodes[i]);
  }
  return NULL;
}

static struct error *add_lifetimes(struct table_rows *rows, const struct profile *profile,
                                   const struct graph_options *options, const struct graph *graph,
                                   const uint32_t *numbers) {
  _cleanup_free_ struct node_lifetimes *lifetimes = NULL;
  struct error *err = lifetimes_create(profile, options, graph, &lifetimes);
  for (size_t i = 0; i < graph->n_nodes && !err; i++) {
    if (numbers[i] == UINT32_MAX)
      continue;
    struct row_figure *figure = &rows->figures.data[numbers[i] * rows->n_types];
    figure->life_nanos = lifetimes[i].flat.nanos;
    figure->freed = lifetimes[i].flat.blocks;
  }
  return err;
}

struct tabulation {
  const struct page_profiles *profiles;
  struct table_rows rows;
  struct table_edges edges;
  struct text_numbers *texts;
  bool has_edges, exact[PAGE_MOST_TYPES];
  int64_t n_nodes;
};

static struct error *add_type(struct tabulation *t, size_t type,
                              enum graph_granularity granularity) {
  _cleanup_graph_ struct graph *graph = NULL;
  const struct page_side *side = &t->profiles->sides[0];
  struct graph_options options = {.type = t->profiles->types[type].index[0],
                                  .granularity = granularity,
                                  .order = GRAPH_BY_FLAT,
                                  .no_edges = !t->has_edges,
                                  .via = side->via};
  struct error *err = graph_create(side->profile, &options, &graph);
  _cleanup_free_ uint32_t *numbers = err ? NULL : calloc(graph->n_nodes + 1, sizeof(*numbers));
  if (!err && !numbers)
    err = &error_no_memory;
  if (!err)
    err = add_nodes(&t->rows, type, graph, t->texts, numbers);
  if (!err && type == t->profiles->shown) {
    t->n_nodes = (int64_t)graph->n_nodes;
    err = add_lifetimes(&t->rows, side->profile, &options, graph, numbers);
  }
  if (!err && t->has_edges)
    err = table_edges_add(&t->edges, type, graph, numbers);
  t->exact[type] = is_exact(t->profiles, type);
  return err;
}

static struct error *append_table(struct strbuf *sb, const struct tabulation *t, const char *by) {
  strbuf_append(sb, sb->data[sb->length - 1] == '[' ? "" : ",");
  strbuf_appendf(sb, "{\"by\":\"%s\",\"n_rows\":%" PRId64, by, t->n_nodes);
  table_rows_append(sb, &t->rows, t->profiles->types, t->exact);
  if (t->has_edges)
    table_edges_append(sb, &t->edges);
  strbuf_append_char(sb, '}');
  return strbuf_failed(sb) ? &error_no_memory : NULL;
}

static void tabulation_deinit(struct tabulation *t) {
  table_rows_deinit(&t->rows);
  table_edges_deinit(&t->edges);
}

struct error *table_append_nodes(struct strbuf *sb, const struct page_profiles *profiles,
                                 const char *by, enum graph_granularity granularity, bool edges,
                                 struct text_numbers *texts) {
  _cleanup_(tabulation_deinit) struct tabulation t = {
      .profiles = profiles, .texts = texts, .has_edges = edges};
  t.rows.n_types = t.edges.n_types = profiles->n_types;
  struct error *err = add_type(&t, profiles->shown, granularity);
  for (size_t type = 0; type < profiles->n_types && !err; type++)
    if (type != profiles->shown)
      err = add_type(&t, type, granularity);
  return err ? err : append_table(sb, &t, by);
}

static void set_change(struct row_figure *figure, int i, const struct diff_value *value) {
  figure->base[i] = value->base;
  figure->value[i] = value->new;
  figure->interval[i] = value->interval;
}

static struct error *add_changes(struct tabulation *t, size_t type) {
  _cleanup_diff_ struct diff *diff = NULL;
  const struct page_side *sides = t->profiles->sides;
  struct error *err =
      diff_create(sides[0].profile, sides[1].profile, t->profiles->types[type].type, &diff);
  uint32_t empty = text_number(t->texts, "");
  for (size_t i = 0; !err && i < diff->n_functions && i < MOST_ROWS; i++) {
    struct table_row row = {text_number(t->texts, diff->functions[i].name), empty, 0, empty};
    uint32_t number = row.name == TEXT_NONE ? UINT32_MAX : table_row_find(&t->rows, row);
    if (number == UINT32_MAX)
      return &error_no_memory;
    struct row_figure *figure = &t->rows.figures.data[number * t->rows.n_types + type];
    set_change(figure, 0, &diff->functions[i].flat);
    set_change(figure, 1, &diff->functions[i].cum);
  }
  if (!err && type == t->profiles->shown)
    t->n_nodes = (int64_t)diff->n_functions;
  t->exact[type] = is_exact(t->profiles, type);
  return err;
}

struct error *table_append_changes(struct strbuf *sb, const struct page_profiles *profiles,
                                   struct text_numbers *texts) {
  _cleanup_(tabulation_deinit) struct tabulation t = {
      .profiles = profiles, .texts = texts, .rows = {.is_change = true}};
  struct error *err = NULL;
  t.rows.n_types = profiles->n_types;
  for (size_t type = 0; type < profiles->n_types && !err; type++)
    err = add_changes(&t, type);
  return err ? err : append_table(sb, &t, "function");
}

enum { SIZE_CLASSES = 64, SIZE_UNKNOWN = SIZE_CLASSES };

static unsigned size_class(double size) {
  return size < 0 ? SIZE_UNKNOWN : size < 2 ? 0 : (unsigned)fmin(ilogb(size), SIZE_CLASSES - 1);
}

/* "64" for blocks of 64 to 127 bytes; the page words it. */
static struct error *add_size_row(struct tabulation *t, size_t type, unsigned class, int64_t value,
                                  const struct spread *spread) {
  char name[24] = "?";
  if (class != SIZE_UNKNOWN)
    snprintf(name, sizeof(name), "%" PRIu64, class ? UINT64_C(1) << class : 0);
  uint32_t empty = text_number(t->texts, "");
  struct table_row row = {text_number(t->texts, name), empty, 0, empty};
  uint32_t number = row.name == TEXT_NONE ? UINT32_MAX : table_row_find(&t->rows, row);
  if (number == UINT32_MAX)
    return &error_no_memory;
  struct row_figure *figure = &t->rows.figures.data[number * t->rows.n_types + type];
  for (int i = 0; i < 2; i++) {
    figure->value[i] = value;
    figure->interval[i] = spread_interval(spread, (double)value);
  }
  return NULL;
}

static struct error *add_sizes(struct tabulation *t, size_t type) {
  const struct profile *profile = t->profiles->sides[0].profile;
  struct error_bars bars = error_bars_of(profile, t->profiles->types[type].index[0]);
  int64_t sums[SIZE_CLASSES + 1] = {0};
  struct spread spreads[SIZE_CLASSES + 1] = {0};
  for (size_t i = 0; i < profile->n_samples; i++) {
    const struct profile_sample *sample = &profile->samples[i];
    unsigned class = size_class(error_bars_size(&bars, sample));
    struct spread spread = spread_of_sample(&bars, sample);
    if (!sample->values[bars.type])
      continue;
    sums[class] = saturating_add(sums[class], sample->values[bars.type]);
    spread_add(&spreads[class], &spread);
  }
  struct error *err = NULL;
  for (unsigned i = 0; i <= SIZE_CLASSES && !err; i++)
    if (sums[i])
      err = add_size_row(t, type, i, sums[i], &spreads[i]);
  t->exact[type] = !bars.unseen;
  return err;
}

struct error *table_append_sizes(struct strbuf *sb, const struct page_profiles *profiles,
                                 struct text_numbers *texts) {
  _cleanup_(tabulation_deinit) struct tabulation t = {.profiles = profiles, .texts = texts};
  struct error *err = NULL;
  t.rows.n_types = profiles->n_types;
  for (size_t type = 0; type < profiles->n_types && !err; type++)
    err = add_sizes(&t, type);
  t.n_nodes = (int64_t)t.rows.rows.count;
  return err ? err : append_table(sb, &t, "size");
}
