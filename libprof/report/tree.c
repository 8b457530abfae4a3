/* memprof tree: where memory goes, by call path from the roots.
 *
 * A path along which nothing branches stays at one indentation, so that C++ stacks of 60 frames fit
 * 80 columns; "+" marks the first frame of each branch. Nodes below a part of the total are summed
 * up in one line. */
#include "base/cleanup.h"
#include "model/allocator_names.h"
#include "model/call_tree.h"
#include "model/saturate.h"
#include "model/stack_fold.h"
#include "model/start_names.h"
#include "report/figure.h"
#include "report/head.h"
#include "report/lifetimes.h"
#include "report/name_text.h"
#include "report/report.h"
#include "report/table.h"
#include "report/text.h"

#include <math.h>
#include <string.h>

enum { DEEPEST_INDENT = 15 }; /* two columns each; deeper ones say their level in words */

static const struct table_column columns[] = {{"cum"}, {"cum%"}, {"call path", .left = true}},
                                 mean_columns[] = {
                                     {"cum mean"}, {"blocks"}, {"call path", .left = true}};

struct tree_printer {
  const struct profile *profile;
  const struct report_options *options;
  const struct call_tree *tree;
  struct table table;
  bool is_lifetime; /* means, not sums */
  int *indents;     /* of shown nodes */
  bool *is_outside; /* all nodes above it belong to the start of the program or thread */
  double least;     /* |cum| of a node that is shown */
  int64_t rows;
};

static bool is_shown(const struct tree_printer *p, uint32_t node) {
  return fabs((double)p->tree->nodes[node].cum) >= p->least;
}

/* Whether `node` is all that its parent's memory is: then it goes on below it without indenting. */
static bool continues(const struct tree_printer *p, uint32_t node) {
  const struct call_tree_node *n = &p->tree->nodes[node];
  const struct call_tree_node *parent = &p->tree->nodes[n->parent];
  return n->parent != 0 && parent->flat == 0 && parent->first_child == node &&
         n->next_sibling == CALL_TREE_NONE;
}

static void append_figures(struct tree_printer *p, int64_t cum, int64_t freed,
                           const struct spread *spread) {
  p->rows++;
  if (p->is_lifetime) {
    lifetimes_append_mean_of(table_cell(&p->table), cum, freed, p->options->unit);
    figure_append(table_cell(&p->table), freed, NULL, "count", NULL);
    return;
  }
  figure_append(table_cell(&p->table), cum, spread, head_unit(p->profile, p->options),
                p->options->unit);
  figure_append_percent(table_cell(&p->table), cum, p->tree->nodes[0].cum);
}

static void append_indent(struct strbuf *sb, int indent) {
  if (indent <= DEEPEST_INDENT)
    strbuf_appendf(sb, "%*s", 2 * indent, "");
  else
    strbuf_appendf(sb, "%*s[%d] ", 2 * DEEPEST_INDENT, "", indent);
}

/* "+ " begins a call path of its own, its nodes without one follow below it. */
static struct strbuf *begin_line(struct tree_printer *p, uint32_t index) {
  const struct call_tree_node *node = &p->tree->nodes[index];
  bool same = continues(p, index);
  p->indents[index] = node->parent == 0 ? 0 : p->indents[node->parent] + !same;
  append_figures(p, node->cum, node->cum_freed, node->cum_spread);
  struct strbuf *cell = table_cell(&p->table);
  append_indent(cell, p->indents[index]);
  strbuf_append(cell, same ? "  " : "+ ");
  return cell;
}

/* The nodes from `index` on of which each is all of its parent's memory; at most `most`. */
static uint32_t chain_below(const struct tree_printer *p, uint32_t index, uint32_t most,
                            uint32_t *nodes) {
  uint32_t n = 0;
  while (n < most) {
    nodes[n++] = index;
    index = p->tree->nodes[index].first_child;
    if (index == CALL_TREE_NONE || !continues(p, index))
      break;
  }
  return n;
}

/* Appends a line for the frames of the program's start that follow one another from `index` on, and
 * returns the last of them; `index` if there are no two. */
static uint32_t append_start(struct tree_printer *p, uint32_t index) {
  enum { MOST_CHAIN = 64 };
  uint32_t nodes[MOST_CHAIN], n = chain_below(p, index, MOST_CHAIN, nodes);
  const char *names[MOST_CHAIN];
  unsigned char marks[MOST_CHAIN];
  for (uint32_t i = 0; i < n; i++)
    names[n - 1 - i] = p->tree->nodes[nodes[i]].name;
  stack_fold_mark(names, n, marks);
  uint32_t folded = 0;
  while (folded < n && marks[n - 1 - folded] == FOLD_START)
    folded++;
  if (folded < 2)
    return index;
  strbuf_appendf(begin_line(p, index), "... %u frames %s", folded, stack_fold_words(FOLD_START));
  for (uint32_t i = 0; i < folded; i++) {
    p->indents[nodes[i]] = p->indents[index];
    p->is_outside[nodes[i]] = true;
  }
  return nodes[folded - 1];
}

static bool is_outside(const struct tree_printer *p, uint32_t index) {
  uint32_t parent = p->tree->nodes[index].parent;
  const char *name = p->tree->nodes[parent].name;
  return parent == 0 ||
         (p->is_outside[parent] &&
          (start_name_is(name) || allocator_name_is_library(name) || !strcmp(name, "main")));
}

static void append_node(struct tree_printer *p, uint32_t index) {
  const struct call_tree_node *node = &p->tree->nodes[index];
  struct strbuf *cell = begin_line(p, index);
  name_append(cell, node->name);
  if (node->flat && node->first_child != CALL_TREE_NONE) {
    strbuf_append(cell, " (itself ");
    if (p->is_lifetime)
      lifetimes_append_mean_of(cell, node->flat, node->flat_freed, p->options->unit);
    else
      figure_append(cell, node->flat, NULL, head_unit(p->profile, p->options), p->options->unit);
    strbuf_append_char(cell, ')');
  }
}

/* The line for the children of `parent` from `first` on, which are too small to be shown. */
static void append_small(struct tree_printer *p, uint32_t parent, uint32_t first) {
  int64_t cum = 0, freed = 0;
  struct spread spread = {0};
  size_t n = 0;
  for (uint32_t i = first; i != CALL_TREE_NONE; i = p->tree->nodes[i].next_sibling, n++) {
    cum = (int64_t)((uint64_t)cum + (uint64_t)p->tree->nodes[i].cum);
    freed = saturating_add(freed, p->tree->nodes[i].cum_freed);
    spread_add(&spread, p->tree->nodes[i].cum_spread);
  }
  append_figures(p, cum, freed, &spread);
  struct strbuf *cell = table_cell(&p->table);
  append_indent(cell, parent == 0 ? 0 : p->indents[parent] + 1);
  strbuf_appendf(cell, "  (%zu smaller)", n);
}

/* The node after `index` in depth-first order once its children are done; CALL_TREE_NONE at the
 * end. Iterative, because a file may hold stacks of any depth. */
static uint32_t next_after(struct tree_printer *p, uint32_t index) {
  const struct call_tree_node *nodes = p->tree->nodes;
  while (index != 0) {
    uint32_t sibling = nodes[index].next_sibling;
    if (sibling != CALL_TREE_NONE && is_shown(p, sibling))
      return sibling;
    if (sibling != CALL_TREE_NONE)
      append_small(p, nodes[index].parent, sibling);
    index = nodes[index].parent;
  }
  return CALL_TREE_NONE;
}

static void append_all(struct tree_printer *p) {
  uint32_t index = 0;
  int64_t limit = p->options->limit;
  while (index != CALL_TREE_NONE && (!limit || p->rows < limit)) {
    if (index != 0) {
      p->is_outside[index] = !p->options->all_frames && is_outside(p, index);
      uint32_t last = p->is_outside[index] ? append_start(p, index) : index;
      if (last == index)
        append_node(p, index);
      index = last;
    }
    uint32_t child = p->tree->nodes[index].first_child;
    if (child != CALL_TREE_NONE && is_shown(p, child)) {
      index = child;
      continue;
    }
    if (child != CALL_TREE_NONE)
      append_small(p, index, child);
    index = next_after(p, index);
  }
}

static struct error *print_text(struct tree_printer *p, FILE *out) {
  p->indents = calloc(p->tree->n_nodes, sizeof(*p->indents));
  p->is_outside = calloc(p->tree->n_nodes, sizeof(*p->is_outside));
  if (!p->indents || !p->is_outside)
    return &error_no_memory;
  append_all(p);
  struct error *err = head_print(p->profile, p->options, out);
  if (err)
    return err;
  if (p->options->node_fraction > 0)
    fprintf(out, "Leaving out what is below %.3g%% of the total (--nodefraction)\n",
            100 * p->options->node_fraction);
  return table_print(&p->table, out,
                     &(struct table_style){p->options->columns, p->options->colour});
}

/* A flat array, not nested objects: readers of JSON limit nesting, and stacks are deep. */
static struct error *print_json(struct tree_printer *p, FILE *out) {
  json_t *document = json_document("tree");
  int failed = head_json(p->profile, p->options, document);
  struct error *err = json_list_begin(document, failed, "nodes", out);
  bool first = true;
  for (size_t i = 1; i < p->tree->n_nodes && !err; i++) {
    const struct call_tree_node *node = &p->tree->nodes[i];
    if (!is_shown(p, (uint32_t)i))
      continue;
    json_t *object = json_object();
    failed = json_object_set_new(object, "id", json_integer((json_int_t)i));
    failed |= json_object_set_new(object, "parent", json_integer(node->parent));
    failed |= json_object_set_new(object, "depth", json_integer(node->depth));
    failed |= json_object_set_new(object, "name", json_text(node->name));
    failed |= json_object_set_new(object, "flat", figure_json(node->flat, node->flat_spread));
    failed |= json_object_set_new(object, "cum", figure_json(node->cum, node->cum_spread));
    if (p->is_lifetime)
      failed |=
          lifetimes_means_json(object, node->flat, node->flat_freed, node->cum, node->cum_freed);
    err = json_list_add(object, failed, first, out);
    first = false;
  }
  if (!err)
    json_list_end(out);
  return err;
}

struct error *report_tree(const struct profile *profile, const struct report_options *options,
                          FILE *out) {
  _cleanup_call_tree_ struct call_tree *tree = NULL;
  struct error *err = call_tree_create(profile, options->type, &tree);
  if (err)
    return err;
  struct tree_printer p = {.profile = profile,
                           .options = options,
                           .tree = tree,
                           .is_lifetime = lifetimes_is_type(profile, options->type)};
  p.least = options->node_fraction * fabs((double)tree->nodes[0].cum);
  table_init(&p.table, p.is_lifetime ? mean_columns : columns, sizeof(columns) / sizeof(*columns));
  err = options->json ? print_json(&p, out) : print_text(&p, out);
  table_deinit(&p.table);
  free(p.indents);
  free(p.is_outside);
  return err;
}
