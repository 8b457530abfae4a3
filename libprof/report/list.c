/* memprof list: the source of functions that match, with figures beside each line. */
#include "base/cleanup.h"
#include "base/vector.h"
#include "model/frame.h"
#include "model/regex.h"
#include "report/figure.h"
#include "report/head.h"
#include "report/lifetimes.h"
#include "report/report.h"
#include "report/source.h"
#include "report/table.h"
#include "report/text.h"

#include <string.h>

enum { CONTEXT = 4, TAB = 8 }; /* lines shown around one with figures */

static const struct table_column columns[] = {{"flat"},
                                              {"cum"},
                                              {"line"},
                                              {"source", .left = true}},
                                 mean_columns[] = {
                                     {"mean"}, {"cum mean"}, {"line"}, {"source", .left = true}};

/* The lines of one function in one file. */
struct routine {
  const struct graph_node *function; /* of the graph by functions */
  const struct graph_node **lines;   /* n_lines nodes of the graph by lines, by line number */
  size_t n_lines;
  int64_t start_line;
};

struct list {
  const struct profile *profile;
  const struct report_options *options;
  struct graph *functions, *lines;
  const struct graph_node **sorted; /* the nodes of `lines` by name, file, line */
  VECTOR(struct routine) routines;
  bool is_lifetime; /* means, not sums */
};

static int compare_lines(const void *a, const void *b) {
  const struct graph_node *x = *(const struct graph_node *const *)a;
  const struct graph_node *y = *(const struct graph_node *const *)b;
  int order = strcmp(x->name, y->name);
  order = order ? order : strcmp(x->file, y->file);
  return order ? order : (x->line > y->line) - (x->line < y->line);
}

static struct error *sort_lines(struct list *list) {
  list->sorted = calloc(list->lines->n_nodes + 1, sizeof(*list->sorted));
  if (!list->sorted)
    return &error_no_memory;
  for (size_t i = 0; i < list->lines->n_nodes; i++)
    list->sorted[i] = &list->lines->nodes[i];
  qsort(list->sorted, list->lines->n_nodes, sizeof(*list->sorted), compare_lines);
  return NULL;
}

/* The first place in `sorted` whose name is not before `name`. */
static size_t first_line_of(const struct list *list, const char *name) {
  size_t low = 0, high = list->lines->n_nodes;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (strcmp(list->sorted[middle]->name, name) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

static int64_t start_line_of(const struct list *list, const struct graph_node *node) {
  const struct profile_function *function = profile_frame_function(
      list->profile, &list->profile->locations[node->location], node->line_index);
  return function ? function->start_line : 0;
}

/* Adds a routine for each file that the function has lines in. */
static struct error *add_routines(struct list *list, const struct graph_node *function) {
  size_t n = list->lines->n_nodes;
  for (size_t i = first_line_of(list, function->name);
       i < n && strcmp(list->sorted[i]->name, function->name) == 0;) {
    size_t end = i;
    while (end < n && strcmp(list->sorted[end]->name, function->name) == 0 &&
           strcmp(list->sorted[end]->file, list->sorted[i]->file) == 0)
      end++;
    struct routine routine = {function, &list->sorted[i], end - i,
                              start_line_of(list, list->sorted[i])};
    if (!VECTOR_PUSH(&list->routines, routine))
      return &error_no_memory;
    i = end;
  }
  return NULL;
}

static struct error *find_routines(struct list *list) {
  _cleanup_regex_ struct regex *regex = NULL;
  struct error *err = regex_create(list->options->regex, "REGEX", &regex);
  for (size_t i = 0; !err && i < list->functions->n_nodes; i++) {
    bool matches = false;
    err = regex_match(regex, list->functions->nodes[i].name, &matches);
    if (!err && matches)
      err = add_routines(list, &list->functions->nodes[i]);
  }
  if (!err && !list->routines.count)
    err = error_create(ERROR_BAD_INPUT, "%s: no function matches '%s'", list->options->profile_name,
                       list->options->regex);
  return err;
}

/* Tabs as spaces, the rest escaped. */
static void append_source(struct strbuf *sb, const char *text) {
  _cleanup_strbuf_ struct strbuf spaced = STRBUF_INIT;
  int column = 0;
  for (; *text; text++) {
    int n = *text == '\t' ? TAB - column % TAB : 1;
    strbuf_appendf(&spaced, "%*c", n, *text == '\t' ? ' ' : *text);
    column += n;
  }
  if (spaced.data)
    text_escape(sb, spaced.data);
}

/* A node's own figure or its cum; the mean of a sum of lifetimes. */
static void append_figure(struct strbuf *sb, const struct list *list, const struct graph_node *node,
                          bool cum) {
  int64_t value = cum ? node->cum : node->flat, freed = cum ? node->cum_freed : node->flat_freed;
  if (list->is_lifetime)
    lifetimes_append_mean_of(sb, value, freed, list->options->unit);
  else
    figure_append(sb, value, cum ? node->cum_spread : node->flat_spread,
                  head_unit(list->profile, list->options), list->options->unit);
}

static bool has_figure(const struct graph_node *node, bool cum) {
  return node && (cum ? node->cum || node->cum_freed : node->flat || node->flat_freed);
}

static void add_row(struct table *table, const struct list *list, const struct graph_node *node,
                    int64_t number, const char *text) {
  for (int cum = 0; cum < 2; cum++) {
    struct strbuf *cell = table_cell(table);
    if (has_figure(node, cum))
      append_figure(cell, list, node, cum);
    else
      strbuf_append_char(cell, '.');
  }
  table_cellf(table, "%lld", (long long)number);
  append_source(table_cell(table), text);
}

static void add_gap(struct table *table) {
  for (size_t i = 0; i < 4; i++)
    strbuf_append(table_cell(table), i == 3 ? "..." : "");
}

/* No file has more lines; a profile may say any number. */
static int64_t line_number(int64_t line) {
  enum { MOST = INT32_MAX };
  return line < 0 ? 0 : line > MOST ? MOST : line;
}

/* Rows for all lines of the file near one with figures. */
static void add_rows_with_source(struct table *table, const struct list *list,
                                 const struct routine *routine, const struct source *source) {
  int64_t shown = 0;
  for (size_t i = 0; i < routine->n_lines; i++) {
    const struct graph_node *node = routine->lines[i];
    int64_t line = line_number(node->line), start = line_number(routine->start_line);
    int64_t from = i == 0 && start > 0 && line - start <= 20 ? start : line - CONTEXT;
    int64_t next = i + 1 < routine->n_lines ? line_number(routine->lines[i + 1]->line) : INT64_MAX;
    if (from > shown + 1 && shown)
      add_gap(table);
    for (int64_t number = from > shown ? from : shown + 1;
         number <= line + CONTEXT && number < next; number++) {
      const char *text = source_line(source, number);
      if (text || number == line)
        add_row(table, list, number == line ? node : NULL, number,
                text ? text : "(past the end of the file)");
      shown = number;
    }
  }
}

static struct error *print_routine(const struct list *list, const struct routine *routine,
                                   FILE *out) {
  const struct graph_node *function = routine->function;
  const struct report_options *o = list->options;
  _cleanup_source_ struct source source = {0};
  struct error *err =
      source_read(routine->lines[0]->file, o->source_path, o->n_source_path, &source);
  if (err)
    return err;
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  strbuf_append_char(&sb, '\n');
  text_escape(&sb, function->name);
  strbuf_append(&sb, " in ");
  text_escape(&sb, routine->lines[0]->file[0] ? routine->lines[0]->file : "(no file known)");
  if (!list->is_lifetime || function->flat_freed) {
    strbuf_append(&sb, list->is_lifetime ? "\nmean " : "\nflat ");
    append_figure(&sb, list, function, false);
  }
  strbuf_append(&sb, list->is_lifetime ? "\ncum mean " : ", cum ");
  append_figure(&sb, list, function, true);
  if (!source.n_lines && routine->lines[0]->file[0]) {
    strbuf_append(&sb, "\nSource not found; looked for ");
    text_escape(&sb, source.where.data ? source.where.data : "");
    strbuf_append(&sb, " (--source-path names a folder to search)");
  }
  strbuf_append_char(&sb, '\n');
  if (strbuf_failed(&sb))
    return &error_no_memory;
  fputs(sb.data, out);
  _cleanup_table_ struct table table;
  table_init(&table, list->is_lifetime ? mean_columns : columns,
             sizeof(columns) / sizeof(*columns));
  if (source.n_lines)
    add_rows_with_source(&table, list, routine, &source);
  else
    for (size_t i = 0; i < routine->n_lines; i++)
      add_row(&table, list, routine->lines[i], routine->lines[i]->line, "");
  return table_print(&table, out, &(struct table_style){o->columns, o->colour});
}

static struct error *print_text(const struct list *list, FILE *out) {
  struct error *err = head_print(list->profile, list->options, out);
  for (size_t i = 0; !err && i < list->routines.count; i++)
    err = print_routine(list, &list->routines.data[i], out);
  return err;
}

static int lines_json(const struct list *list, const struct routine *routine,
                      const struct source *source, json_t *object) {
  json_t *array = json_array();
  int failed = 0;
  for (size_t i = 0; i < routine->n_lines; i++) {
    const struct graph_node *node = routine->lines[i];
    const char *text = source_line(source, node->line);
    json_t *line = json_object();
    failed |= json_object_set_new(line, "line", json_integer(node->line));
    failed |= json_object_set_new(line, "flat", figure_json(node->flat, node->flat_spread));
    failed |= json_object_set_new(line, "cum", figure_json(node->cum, node->cum_spread));
    if (list->is_lifetime)
      failed |=
          lifetimes_means_json(line, node->flat, node->flat_freed, node->cum, node->cum_freed);
    failed |= json_object_set_new(line, "source", text ? json_text(text) : json_null());
    failed |= json_array_append_new(array, line);
  }
  return failed | json_object_set_new(object, "lines", array);
}

static struct error *print_json(const struct list *list, FILE *out) {
  json_t *document = json_document("list"), *array = json_array();
  int failed = head_json(list->profile, list->options, document);
  for (size_t i = 0; i < list->routines.count; i++) {
    const struct routine *routine = &list->routines.data[i];
    const struct graph_node *function = routine->function;
    _cleanup_source_ struct source source = {0};
    error_destroy(source_read(routine->lines[0]->file, list->options->source_path,
                              list->options->n_source_path, &source));
    json_t *object = json_object();
    failed |= json_object_set_new(object, "name", json_text(function->name));
    failed |= json_object_set_new(object, "file", json_text(routine->lines[0]->file));
    failed |= json_object_set_new(object, "source_found", json_boolean(source.n_lines > 0));
    failed |=
        json_object_set_new(object, "flat", figure_json(function->flat, function->flat_spread));
    failed |= json_object_set_new(object, "cum", figure_json(function->cum, function->cum_spread));
    if (list->is_lifetime)
      failed |= lifetimes_means_json(object, function->flat, function->flat_freed, function->cum,
                                     function->cum_freed);
    failed |= lines_json(list, routine, &source, object);
    failed |= json_array_append_new(array, object);
  }
  failed |= json_object_set_new(document, "functions", array);
  return json_write(document, failed, out);
}

struct error *report_list(const struct profile *profile, const struct report_options *options,
                          FILE *out) {
  struct list list = {.profile = profile,
                      .options = options,
                      .is_lifetime = lifetimes_is_type(profile, options->type)};
  struct graph_options graph_options = {.type = options->type, .order = options->order};
  struct error *err = graph_create(profile, &graph_options, &list.functions);
  graph_options.granularity = GRAPH_LINES;
  if (!err)
    err = graph_create(profile, &graph_options, &list.lines);
  if (!err)
    err = sort_lines(&list);
  if (!err)
    err = find_routines(&list);
  if (!err)
    err = options->json ? print_json(&list, out) : print_text(&list, out);
  VECTOR_DEINIT(&list.routines);
  free(list.sorted);
  graph_destroy(list.lines);
  graph_destroy(list.functions);
  return err;
}
